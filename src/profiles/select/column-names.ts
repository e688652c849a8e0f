// Compares the names of columns in the same way as mappings do.
import { comparableName, isPattern, patternNumber } from "../../imports/mapping/compile/file-columns.ts";

/** Two names with the same key denote the same column. */
export const columnKey = comparableName;

/** Longer names match no pattern. This bounds the time of matching for every header. */
const MAX_MATCHED_CHARACTERS = 1000;

/** Whether a column with this key has the name, or matches the pattern. */
export function matchesColumn(name: string, key: string): boolean {
  const plain = columnKey(name);
  if (plain === key || !isPattern(plain)) return plain === key;
  return key.length <= MAX_MATCHED_CHARACTERS && patternNumber(key, plain) !== undefined;
}
