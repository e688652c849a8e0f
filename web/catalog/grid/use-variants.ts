// Folding and unfolding of variants in the grid.
import type { Product } from "../../../contract/catalog/products.ts";
import type { ListedProduct } from "../rows/list-request.ts";
import { rowAbove, rowKey } from "../rows/unfolded.ts";
import type { Rows } from "../rows/use-rows.ts";

/** Returns the SKU of the product whose variants the list can show for this row. If variants are folded into the row, this is their
 * parent. If the row is a variant, this is its parent. Otherwise, this is the product itself. */
export const parentOf = ({ sku, parent_sku, variants_of: folded }: ListedProduct): string =>
  folded ?? (parent_sku || sku);

export function useVariants(rows: Rows, moveCursor: (row: number) => void) {
  /** Shows or hides variants. If `product` is itself a hidden variant now, moves the cursor to the row below which it was shown. */
  function toggle(product: Product): void {
    const above = rows.toggle(product);
    if (above === undefined) return;
    const { first, count } = rows.rows.value;
    for (let row = first; row < count; row += 1)
      if (rows.rows.value.rowAt(row)?.sku === above.sku) {
        moveCursor(row);
        return;
      }
  }

  const isUnfolded = (product: Product | undefined): boolean =>
    product !== undefined && rows.unfolded.value.has(rowKey(product.sku));
  const isNested = (product: Product | undefined): boolean =>
    product !== undefined && rowAbove(product, rows.unfolded.value) !== undefined;
  return { toggle, isUnfolded, isNested };
}
