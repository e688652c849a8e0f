// Suggests a second column if several rows have the same key. In each row, the values of both columns together must be unique.

interface Rows {
  names: readonly string[];
  /** The cells of the first rows, in the order of `names`. */
  cells: readonly (readonly string[])[];
}

/** Maximum number of columns that are compared. */
const MAX_COLUMNS = 40;

/** @returns the first column that is filled in all rows of products and makes the key distinct; a column that is distinct by itself, such
 * as the name, does not count */
export function columnToJoin({ names, cells }: Rows, key: string): string | undefined {
  const at = names.indexOf(key);
  const products = cells.filter((row) => (row[at] ?? "").trim() !== "");
  const keys = products.map((row) => row[at] ?? "");
  if (at === -1 || products.length < 3 || isDistinct(keys)) return undefined;
  return names.slice(0, MAX_COLUMNS).find((_, i) => {
    const values = products.map((row) => row[i] ?? "");
    if (i === at || values.some((value) => value.trim() === "") || isDistinct(values)) return false;
    return isDistinct(values.map((value, r) => `${value}\n${keys[r] ?? ""}`));
  });
}

const isDistinct = (values: readonly string[]): boolean =>
  new Set(values.map((value) => value.trim().toLowerCase())).size === values.length;
