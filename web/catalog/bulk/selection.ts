// The selected products: either individual SKUs, or all products that match the filter, including those that are not loaded.

export interface Selection {
  readonly skus: ReadonlySet<string>;
  /** Whether all products that match the filter are selected, including rows that are not loaded. */
  readonly all: boolean;
}

export const NOTHING: Selection = { skus: new Set(), all: false };
export const EVERYTHING: Selection = { skus: new Set(), all: true };

export const isSelected = (selection: Selection, sku: string): boolean => selection.all || selection.skus.has(sku);

/** Selects or deselects a product. If all products were selected, deselecting one leaves only the other loaded rows selected,
 * because a filter cannot exclude a single product. */
export function toggle(selection: Selection, sku: string, loaded: readonly string[]): Selection {
  if (selection.all) return { all: false, skus: new Set(loaded.filter((other) => other !== sku)) };
  const skus = new Set(selection.skus);
  if (!skus.delete(sku)) skus.add(sku);
  return { all: false, skus };
}

/** Adds a range of rows to the selection, as after a click with Shift. */
export function addRange(selection: Selection, range: readonly string[]): Selection {
  if (selection.all) return selection;
  return { all: false, skus: new Set([...selection.skus, ...range]) };
}

/** The state of the checkbox in the header. */
export function headerState(selection: Selection, loaded: readonly string[]): boolean | "mixed" {
  if (selection.all) return true;
  const count = loaded.reduce((sum, sku) => sum + Number(selection.skus.has(sku)), 0);
  if (count === 0) return selection.skus.size > 0 ? "mixed" : false;
  return count === loaded.length ? true : "mixed";
}

/** Toggles the header's checkbox: selects all loaded rows or, if they are all selected already, clears the selection. */
export function toggleLoaded(selection: Selection, loaded: readonly string[]): Selection {
  if (headerState(selection, loaded) === true) return NOTHING;
  return addRange(selection, loaded);
}
