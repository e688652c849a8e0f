// Reduces column names to forms that can be compared: without case, punctuation and accents, and without notes in parentheses such as
// `(required)`.
import { MAX_ATTRIBUTE_NAME_CHARACTERS } from "../../../../contract/catalog/product-limits.ts";

/** Removes case, blanks, punctuation and accents, so that spellings of a name compare as equal. `#` is not removed, because it
 * means "number". */
export function plainName(name: string): string {
  if (name.length > MAX_ATTRIBUTE_NAME_CHARACTERS) return "";
  return plain(name);
}

const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}#]/gu, "")
    .normalize("NFC");

/** Maximum number of characters of a column name with its notes in parentheses. The notes may be longer than the longest name, which has
 * MAX_ATTRIBUTE_NAME_CHARACTERS. */
const MAX_NOTED_CHARACTERS = 1000;

export interface NotedName {
  /** The name outside of all parentheses. */
  name: string;
  /** The text inside parentheses. */
  notes: string[];
}

/** Separates a name from the notes in parentheses or brackets, as in `SKU (unique, required)`. */
export function splitNotes(cell: string): NotedName {
  const text = cell.slice(0, MAX_NOTED_CHARACTERS).normalize("NFKC");
  let name = "";
  let note = "";
  const notes: string[] = [];
  let depth = 0;
  for (const character of text) {
    if (character === "(" || character === "[") depth++;
    else if ((character === ")" || character === "]") && depth > 0) {
      depth--;
      if (depth === 0) {
        notes.push(note);
        note = "";
      }
    } else if (depth > 0) note += character;
    else name += character;
  }
  return depth > 0 ? { name: name.trim(), notes: [...notes, note] } : { name: name.trim(), notes };
}

/** Splits a name into plain words: at everything that is neither letter nor digit, and before a capital letter inside a word, as in
 * `sellerSku`. */
export function wordsOf(name: string): string[] {
  if (name.length > MAX_ATTRIBUTE_NAME_CHARACTERS) return [];
  return name
    .normalize("NFC")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .split(/[^\p{L}\p{M}\p{N}#]+/u)
    .map(plain)
    .filter((word) => word !== "");
}
