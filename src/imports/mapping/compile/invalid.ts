import type { Because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";

/** The problem of a mapping that cannot be compiled for a file.
 * @param statement the path of the statement, such as `attributes.price-EUR.number` */
export const invalidMapping = (statement: string, detail: string, reason: Because): Problem =>
  new Problem("mapping-invalid", `The statement "${statement}" of the mapping is not valid: ${detail}.`, {
    extra: { statement, ...reason },
  });
