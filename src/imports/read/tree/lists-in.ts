// Finds the lists in the records of an XML or JSON file.
import { fits } from "./record-path.ts";

const MAX_LISTS = 20;
/** Maximum number of characters of a path. */
const MAX_PATH = 200;

/** Returns the paths of the lists that are inside the record, relative to the record.
 * @param record the path of the record
 * @param places the paths of all lists of the file */
export function listsIn(
  record: readonly string[] | undefined,
  places: Iterable<{ names: readonly string[] }>,
): string[] {
  const lists = new Set<string>();
  if (record === undefined) return [];
  for (const { names } of places) {
    if (names.length <= record.length || !record.every((name, i) => fits(name, names[i]))) continue;
    const path = names.slice(record.length).join("/");
    if (path.length <= MAX_PATH) lists.add(path);
    if (lists.size === MAX_LISTS) break;
  }
  return [...lists];
}
