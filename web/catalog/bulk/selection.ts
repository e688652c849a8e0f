// The selected products: individual SKUs, or all products that match the filter, loaded or not.

export interface Selection {
  readonly skus: ReadonlySet<string>;
  /** All products that match the filter, including rows that are not loaded. */
  readonly all: boolean;
}

export const NOTHING: Selection = { skus: new Set(), all: false };
export const EVERYTHING: Selection = { skus: new Set(), all: true };

export const isSelected = (selection: Selection, sku: string): boolean => selection.all || selection.skus.has(sku);

/** Selects or deselects a product. Deselecting one of "all" leaves the other loaded rows selected, because a filter cannot exclude
 * single products. */
export function toggle(selection: Selection, sku: string, loaded: readonly string[]): Selection {
  if (selection.all) return { all: false, skus: new Set(loaded.filter((other) => other !== sku)) };
  const skus = new Set(selection.skus);
  if (!skus.delete(sku)) skus.add(sku);
  return { all: false, skus };
}

/** Adds a range of rows, for a click with Shift. */
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

/** Toggles the header's checkbox: selects all loaded rows, or nothing if they are all selected. */
export function toggleLoaded(selection: Selection, loaded: readonly string[]): Selection {
  if (headerState(selection, loaded) === true) return NOTHING;
  return addRange(selection, loaded);
}
