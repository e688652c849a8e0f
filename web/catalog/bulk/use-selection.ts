// The selection of the grid, and how clicks and keys change it.
import { computed, shallowRef } from "vue";
import type { Product } from "../../../contract/catalog/products.ts";
import { addRange, EVERYTHING, isSelected, NOTHING, toggle, toggleLoaded, type Selection } from "./selection.ts";

type ProductAt = (row: number) => Product | undefined;

/** @param loaded the SKUs in memory, which stay selected when one of "all" is deselected */
export function useSelection(loaded: () => string[]) {
  const selection = shallowRef<Selection>(NOTHING);
  const isAny = computed(() => selection.value.all || selection.value.skus.size > 0);
  /** Where the last range began. */
  let anchor: number | null = null;

  const has = (sku: string): boolean => isSelected(selection.value, sku);
  const set = (next: Selection): void => {
    selection.value = next;
  };
  const clear = (): void => {
    anchor = null;
    set(NOTHING);
  };

  /** Toggles a row; with Shift, selects all rows from the last one to this one. */
  function press(row: number, shift: boolean, productAt: ProductAt): void {
    const product = productAt(row);
    if (!product) return;
    if (shift && anchor !== null) set(addRange(selection.value, skusBetween(anchor, row, productAt)));
    else set(toggle(selection.value, product.sku, loaded()));
    anchor = row;
  }

  /** Extends the selection from the previous to the new row of the cursor. */
  function extend(from: number, to: number, productAt: ProductAt): void {
    anchor ??= from;
    set(addRange(selection.value, skusBetween(from, to, productAt)));
  }

  /** The row numbers have changed. */
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
