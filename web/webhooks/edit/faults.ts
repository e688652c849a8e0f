// What the server says of a form's fields.
import { Problem } from "../../../contract/problems.ts";

/** The first fault of each field, and a sentence for what belongs to none of them. */
export interface Faults {
  fields: Readonly<Record<string, string>>;
  whole: string;
}

export const NO_FAULTS: Faults = { fields: {}, whole: "" };

/** From the pointers of a problem document: `/body/url` belongs to `url`, `/body/headers/x` to `headers`. */
export function faultsOf(error: unknown, known: readonly string[]): Faults {
  if (!(error instanceof Problem)) return { fields: {}, whole: (error as Error).message };
  const errors = (error.extra["errors"] ?? []) as { pointer: string; detail: string }[];
  const fields: Record<string, string> = {};
  let rest = errors.length === 0 ? error.message : "";
  for (const { pointer, detail } of errors) {
    const field = known.find((name) => pointer === `/body/${name}` || pointer.startsWith(`/body/${name}/`));
    if (field === undefined) rest = error.message;
    else fields[field] ??= detail;
  }
  return { fields, whole: rest };
}
