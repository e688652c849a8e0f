// The rules of a product, pure: limits and what counts as yes or no.

/** Characters (code points). The key of a longer SKU might not fit a B-tree entry (2,704 bytes). */
export const MAX_SKU_CHARACTERS = 255;
/** Characters (code points). Names are shown in lists and searched. */
export const MAX_NAME_CHARACTERS = 1000;
/** Bytes of UTF-8 of a description or an attribute: the longest record that a file may hold. */
export const MAX_TEXT_BYTES = 1_000_000;

const YES = new Set(["yes", "y", "true", "t", "1", "on", "active", "enabled", "published"]);
const NO = new Set(["no", "n", "false", "f", "0", "off", "inactive", "disabled", "draft", "archived"]);

/** What a cell says of a product being active; undefined = neither yes nor no. */
export function parseYesNo(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  return undefined;
}
