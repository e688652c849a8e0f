// The first rows of the file and the first rejected rows, each with its outcome: a product, a reject, or left out.
import type { IgnoreCode, Preview, Reject } from "../../../../contract/imports/imports.ts";
import { listCellText } from "../../../ui/products/list-cell.ts";
import { readRecords } from "../../preview/records.ts";

export type Outcome =
  | { kind: "product"; product: Preview["products"][number] }
  | { kind: "rejected"; reject: Reject }
  /** The row is not a product of its own. */
  | { kind: "ignored"; code: IgnoreCode }
  /** Another row with the same SKU overrides the row, or the row deletes its product. */
  | { kind: "left_out" }
  /** The mapping has no key, or the file lacks the column of the key, so nothing can be imported. */
  | { kind: "unknown" };

export interface RowOutcome {
  line: number;
  cells: { name: string; value: string }[];
  outcome: Outcome;
}

type Shown = Pick<
  Preview,
  "rows" | "columns" | "products" | "rejects" | "ignored_rows" | "mapping" | "dialect" | "problem"
>;

export function outcomesOf(preview: Shown): RowOutcome[] {
  const { rows, columns, products, rejects, mapping, dialect } = preview;
  const productOf = new Map(products.map((product) => [product.line, product]));
  const codeOf = new Map(preview.ignored_rows.map(({ line, code }) => [line, code]));
  const rejectOf = new Map(rejects.map((reject) => [reject.line, reject]));
  const filled = (cells: readonly string[]): RowOutcome["cells"] =>
    cells.flatMap((value, i) =>
      value.trim() === "" ? [] : [{ name: columns[i]?.name ?? "", value: listCellText(columns[i]?.name ?? "", value) }],
    );
  const isKeyMissing = preview.problem?.["option"] === "key" && products.length === 0 && rejects.length === 0;
  const isKnown = mapping !== null && !isKeyMissing;
  const first = rows.map(({ line, cells }) => ({
    line,
    cells: filled(cells),
    outcome: outcomeOf(productOf.get(line), rejectOf.get(line), codeOf.get(line), isKnown),
  }));
  const lines = new Set(rows.map(({ line }) => line));
  const later = rejects
    .filter(({ line }) => !lines.has(line))
    .map((reject) => ({
      line: reject.line,
      cells: dialect === null ? [] : filled(readRecords(reject.raw, dialect, 1)[0] ?? []),
      outcome: { kind: "rejected" as const, reject },
    }));
  return [...first, ...later];
}

function outcomeOf(
  product: Preview["products"][number] | undefined,
  reject: Reject | undefined,
  ignored: IgnoreCode | undefined,
  isKnown: boolean,
): Outcome {
  if (reject !== undefined) return { kind: "rejected", reject };
  if (product !== undefined) return { kind: "product", product };
  if (ignored !== undefined) return { kind: "ignored", code: ignored };
  return { kind: isKnown ? "left_out" : "unknown" };
}
