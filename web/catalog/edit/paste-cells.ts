// Puts a column of a spreadsheet over the selected rows, or from the cursor down.
import type { Product } from "../../../contract/catalog/products.ts";
import { toast } from "../../server/toasts.ts";
import { tn } from "../../texts/t.ts";
import { parseCell } from "./cell-value.ts";
import { columnLabel } from "../grid/column-label.ts";
import { isEditable } from "../grid/columns.ts";
import type { Edit } from "./edit-queue.ts";
import { parseClipboard, placeCells } from "./pasted-cells.ts";

/** As many as are saved within a minute or so; more is an import. */
export const MAX_PASTED = 2_000;

/**
 * The edits that a pasted text means. `columns` are those from the cursor to the right; `targets` gives the products for so
 * many rows. null = nothing in it for the grid. What finds no place is said.
 */
export function editsOfPaste(
  text: string,
  columns: readonly string[],
  targets: (rows: number) => Product[],
): Edit[] | null {
  const cells = parseClipboard(text);
  if (cells.length === 0 || !isEditable(columns[0] ?? "")) return null;
  const products = new Map(targets(cells.length).map((product) => [product.sku, product]));
  const { placed, left_over } = placeCells(
    cells,
    [...products.keys()],
    columns.map((id) => ({ id, is_editable: isEditable(id) })),
  );
  const edits: Edit[] = [];
  let unreadable = 0;
  for (const { sku, column, text: typed } of placed) {
    const product = products.get(sku);
    const value = parseCell(column, typed);
    if (value === undefined) unreadable += 1;
    else if (product) edits.push({ product, column, value });
  }
  if (left_over > 0) toast({ title: tn("catalog.edit.left_over", left_over), tone: "warning" });
  if (unreadable > 0)
    toast({ title: tn("catalog.edit.not_yes_or_no", unreadable, { column: columnLabel("active") }), tone: "warning" });
  return edits;
}
