// The products that are selected in the grid, and what clicks and keys do to them.
import { computed, shallowRef } from "vue";
import type { Product } from "../../../contract/catalog/products.ts";
import { addRange, EVERYTHING, isSelected, NOTHING, toggle, toggleLoaded, type Selection } from "./selection.ts";

type ProductAt = (row: number) => Product | undefined;

/** `loaded` = the SKUs in memory, which remain when one is taken out of "all". */
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

  /** A click or X on a row; with shift all from the last one to here. */
  function press(row: number, shift: boolean, productAt: ProductAt): void {
    const product = productAt(row);
    if (!product) return;
    if (shift && anchor !== null) set(addRange(selection.value, skusBetween(anchor, row, productAt)));
    else set(toggle(selection.value, product.sku, loaded()));
    anchor = row;
  }

  /** Shift and an arrow: the range grows from the row that was left to the one that was reached. */
  function extend(from: number, to: number, productAt: ProductAt): void {
    anchor ??= from;
    set(addRange(selection.value, skusBetween(from, to, productAt)));
  }

  /** The rows have other numbers now. */
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
