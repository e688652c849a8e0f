// Turns pasted spreadsheet cells into edits.
import type { Product } from "../../../../contract/catalog/products.ts";
import { toast } from "../../../server/toasts.ts";
import { tn } from "../../../texts/t.ts";
import { isEditable, valueOf } from "../../columns/columns.ts";
import type { Edit } from "../edit-queue.ts";
import { assignCells, parseClipboard, readCells } from "./pasted-cells.ts";
import { reportUnreadable } from "../save-typed.ts";

/** Largest number of rows that a paste can fill. Saving this many takes about a minute; for more, an import is faster. */
export const MAX_PASTED = 2_000;

/** Converts pasted text to edits. Returns null if the text is empty or the cell at the cursor cannot be edited. Shows a message
 * about ignored rows and values.
 * @param columns the columns from the cursor to the right
 * @param targets returns the products to paste over, given the number of pasted rows */
export function editsOfPaste(
  text: string,
  columns: readonly string[],
  targets: (rows: number) => Product[],
): Edit[] | null {
  const cells = parseClipboard(text);
  if (cells.length === 0 || !isEditable(columns[0] ?? "")) return null;
  const products = new Map(targets(cells.length).map((product) => [product.sku, product]));
  const { assigned, left_over } = assignCells(
    cells,
    [...products.keys()],
    columns.map((id) => ({ id, is_editable: isEditable(id) })),
  );
  const { values, unreadable } = readCells(assigned, ({ sku, column }) => {
    const product = products.get(sku);
    return product && valueOf(product, column);
  });
  if (left_over > 0) toast({ title: tn("catalog.edit.left_over", left_over), tone: "warning" });
  for (const [column, count] of unreadable) reportUnreadable(column, count);
  return values.flatMap(({ sku, column, value }) => {
    const product = products.get(sku);
    return product === undefined ? [] : [{ product, column, value }];
  });
}
