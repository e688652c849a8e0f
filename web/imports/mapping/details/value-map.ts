// The entries of a value map. The form lists them together with the column's values in the first rows.

/** Maximum number of values that the form lists. */
const MAX_LISTED = 100;

export const comparableValue = (value: string): string => value.trim().toLowerCase();

/** Lists the keys of the map, followed by the cells `values` that are not keys of the map.
 * @param separator splits each cell into list elements, which are listed instead of the cell; undefined if the cells are not lists */
export function listedValues(
  map: Readonly<Record<string, string>>,
  values: readonly string[],
  separator: string | undefined,
): string[] {
  const elements = values.flatMap((value) => (separator === undefined ? [value] : value.split(separator)));
  const listed = new Map<string, string>();
  for (const value of [...Object.keys(map), ...elements]) {
    const key = comparableValue(value);
    if (key !== "" && !listed.has(key)) listed.set(key, value.trim());
  }
  return [...listed.values()].slice(0, MAX_LISTED);
}

/** Sets the new value of an entry, or removes the entry if the text is empty. */
export function withEntry(map: Readonly<Record<string, string>>, value: string, text: string): Record<string, string> {
  const { [value]: _, ...others } = map;
  if (text === "") return others;
  return Object.hasOwn(map, value) ? { ...map, [value]: text } : { ...others, [value]: text };
}
