// Suggests a second column for the key if several rows have the same key. No two rows have the same values in both columns.

interface Rows {
  names: readonly string[];
  /** The cells of the first rows, in the order of `names`. */
  cells: readonly (readonly string[])[];
}

/** Maximum number of columns that are compared. */
const MAX_COLUMNS = 40;

/** Rows with a blank key are ignored, because they are not products.
 * @returns the first column that has no blank cell and that makes the key unique. Columns that are unique without the key, such as the
 * name, are skipped */
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
