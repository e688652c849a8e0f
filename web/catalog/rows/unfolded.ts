// The parents whose variants are shown below them, in a list that otherwise folds variants under their parents.
import { shallowRef, triggerRef, type ShallowRef } from "vue";
import { list_products, type Product } from "../../../contract/catalog/products.ts";
import { ask } from "../../server/use-connection.ts";
import type { ListedProduct } from "./list-request.ts";
import type { RowWindow } from "./row-window.ts";

/** The variants below each unfolded row, by the key of the row's SKU. */
export type Unfolded = ReadonlyMap<string, readonly ListedProduct[]>;

/** Maximum number of variants that are shown below a row. The filter `parent:` shows all. */
export const MAX_UNFOLDED = 200;

export const createUnfolded = () => shallowRef<Unfolded>(new Map());

/** SKUs are compared without regard to case. */
export const rowKey = (sku: string): string => sku.trim().toLowerCase();

/** Inserts the variants of unfolded rows into a page of the list. */
export const withVariants = (items: readonly ListedProduct[], unfolded: Unfolded): ListedProduct[] =>
  items.flatMap((product) => [product, ...(unfolded.get(rowKey(product.sku)) ?? [])]);

/** The key of the unfolded row below which the product is shown as a variant; undefined if the product is not shown below another row. */
export const rowAbove = ({ sku }: Product, unfolded: Unfolded): string | undefined =>
  [...unfolded].find(([, variants]) => variants.some((variant) => variant.sku === sku))?.[0];

interface ListState {
  rows: ShallowRef<RowWindow<Product>>;
  unfolded: ShallowRef<Unfolded>;
}

/** Returns functions that show and hide the variants of a row. */
export function useUnfolding({ rows, unfolded }: ListState) {
  async function unfold({ sku, variants_of: parent = sku }: ListedProduct): Promise<void> {
    const before = rows.value;
    const querystring = { parent_sku: parent, limit: MAX_UNFOLDED };
    const page = await ask(list_products, { querystring }).catch(() => undefined);
    // Another list may be shown by now, or the same row may have been unfolded twice.
    if (page === undefined || before !== rows.value || unfolded.value.has(rowKey(sku))) return;
    // The request does not limit the fields, so every product is complete.
    const variants = (page.items as ListedProduct[]).filter((variant) => variant.sku !== sku);
    unfolded.value = new Map([...unfolded.value, [rowKey(sku), variants]]);
    rows.value.insertBelow((row) => row.sku === sku, variants);
    triggerRef(rows);
  }

  function fold(key: string): void {
    const skus = new Set(unfolded.value.get(key)?.map(({ sku }) => sku));
    unfolded.value = new Map([...unfolded.value].filter(([other]) => other !== key));
    rows.value.remove((row) => skus.has(row.sku));
    triggerRef(rows);
  }

  /** Shows or hides the variants of a row. For a variant below a row, hides all variants of the row.
   * @returns the row whose variants were hidden, if `product` is one of them; otherwise undefined */
  function toggle(product: ListedProduct): Product | undefined {
    const key = rowKey(product.sku);
    const above = rowAbove(product, unfolded.value);
    if (above !== undefined) {
      fold(above);
      return rows.value.loaded().find(({ sku }) => rowKey(sku) === above);
    }
    if (unfolded.value.has(key)) fold(key);
    else if ((product.variants ?? 0) > 0) void unfold(product);
    return undefined;
  }
  return { toggle };
}
