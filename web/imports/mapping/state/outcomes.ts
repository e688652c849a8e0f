// The first rows of the file, each with what an import makes of it.
import type { Preview, Reject } from "../../../../contract/imports/imports.ts";

export type Outcome =
  | { kind: "product"; product: Preview["products"][number] }
  | { kind: "rejected"; reject: Reject }
  /** The row is not a product, or another row with the same SKU is used. */
  | { kind: "left_out" }
  /** The mapping has no key, so nothing can be imported. */
  | { kind: "unknown" };

export interface RowOutcome {
  line: number;
  cells: { name: string; value: string }[];
  outcome: Outcome;
}

export function outcomesOf({ rows, columns, products, rejects, mapping }: Preview): RowOutcome[] {
  const productOf = new Map(products.map((product) => [product.line, product]));
  const rejectOf = new Map(rejects.map((reject) => [reject.line, reject]));
  return rows.map(({ line, cells }) => ({
    line,
    cells: cells.flatMap((value, i) => (value.trim() === "" ? [] : [{ name: columns[i]?.name ?? "", value }])),
    outcome: outcomeOf(productOf.get(line), rejectOf.get(line), mapping !== null),
  }));
}

function outcomeOf(
  product: Preview["products"][number] | undefined,
  reject: Reject | undefined,
  isKnown: boolean,
): Outcome {
  if (reject !== undefined) return { kind: "rejected", reject };
  if (product !== undefined) return { kind: "product", product };
  return { kind: isKnown ? "left_out" : "unknown" };
}
