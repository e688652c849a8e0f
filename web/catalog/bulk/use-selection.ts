// The selection of the grid, and how clicks and keys change it.
import { computed, shallowRef } from "vue";
import type { Product } from "../../../contract/catalog/products.ts";
import { can } from "../../server/identity/identity.ts";
import { addRange, EVERYTHING, isSelected, NOTHING, toggle, toggleLoaded, type Selection } from "./selection.ts";

type ProductAt = (row: number) => Product | undefined;

/** @param loaded returns the SKUs of the loaded rows. If all products are selected and the user deselects one, the other loaded rows
 * stay selected. */
export function useSelection(loaded: () => string[]) {
  const selection = shallowRef<Selection>(NOTHING);
  const isAny = computed(() => selection.value.all || selection.value.skus.size > 0);
  /** The row where the next range begins; null if there is none yet. */
  let anchor: number | null = null;

  const has = (sku: string): boolean => isSelected(selection.value, sku);
  /** Selections serve bulk changes, so users who may not edit products select nothing. */
  const set = (next: Selection): void => {
    selection.value = can("editor") ? next : NOTHING;
  };
  const clear = (): void => {
    anchor = null;
    set(NOTHING);
  };

  /** Toggles a row. With Shift, selects all rows from the previously clicked one to this one. */
  function press(row: number, shift: boolean, productAt: ProductAt): void {
    const product = productAt(row);
    if (!product) return;
    if (shift && anchor !== null) set(addRange(selection.value, skusBetween(anchor, row, productAt)));
    else set(toggle(selection.value, product.sku, loaded()));
    anchor = row;
  }

  /** Adds the rows between the cursor's previous row and its new row to the selection. */
  function extend(from: number, to: number, productAt: ProductAt): void {
    anchor ??= from;
    set(addRange(selection.value, skusBetween(from, to, productAt)));
  }

  /** Adjusts the start of the range after `by` was added to all row numbers. */
  const moveRows = (by: number): void => {
    if (anchor !== null) anchor += by;
  };
  const toggleAll = (skus: readonly string[]): void => set(toggleLoaded(selection.value, skus));
  const selectAll = (): void => set(EVERYTHING);
  return { selection, is_any: isAny, has, press, extend, toggleAll, selectAll, clear, moveRows };
}

export type Selecting = ReturnType<typeof useSelection>;

const skusBetween = (a: number, b: number, productAt: ProductAt): string[] => {
  const first = Math.min(a, b);
  return Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => productAt(first + i)?.sku).filter(
    (sku) => sku !== undefined,
  );
};
