// The rules of a product, pure: limits, what is text, and what counts as yes or no. Imports and edits judge by them alike.

/** Characters (code points). The key of a longer SKU might not fit a B-tree entry (2,704 bytes). */
export const MAX_SKU_CHARACTERS = 255;
/** Characters (code points). Names are shown in lists and searched. */
export const MAX_NAME_CHARACTERS = 1000;
/** Bytes of UTF-8 of a description or an attribute: the longest record that a file may hold. */
export const MAX_TEXT_BYTES = 1_000_000;
/** Characters (code points). An attribute's name is a key in every product. */
export const MAX_ATTRIBUTE_NAME_CHARACTERS = 200;
/** A name that JSON can hold and most programs that read it lose, ours too: no attribute is called so. */
export const UNUSABLE_ATTRIBUTE_NAME = "__proto__";
/** A file's record has no more fields than 2,000, and four of them are the product's own. */
export const MAX_ATTRIBUTES = 1996;

// In the languages in which the column itself is known (imports/read/columns/column-synonyms.ts): whoever exports "aktiv" writes "ja",
// and a spreadsheet writes its booleans in its own language. No word may say yes in one of them and no in another.
const YES = new Set([
  ...["yes", "y", "true", "t", "1", "on", "active", "enabled", "published"],
  ...["ja", "j", "wahr", "aktiv", "aktiviert", "oui", "vrai", "actif", "sí", "si", "sì", "verdadero", "activo"],
  ...["sim", "verdadeiro", "ativo", "vero", "attivo", "waar", "actief", "tak", "prawda", "aktywny"],
]);
const NO = new Set([
  ...["no", "n", "false", "f", "0", "off", "inactive", "disabled", "draft", "archived"],
  ...["nein", "falsch", "inaktiv", "deaktiviert", "non", "faux", "inactif", "falso", "inactivo"],
  ...["não", "nao", "inativo", "inattivo", "nee", "onwaar", "inactief", "nie", "fałsz", "nieaktywny"],
]);

/** What a cell says of a product being active; undefined = neither yes nor no. */
export function parseYesNo(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  return undefined;
}

/** The longest value of a field: in characters where a person sees it whole, else in bytes of UTF-8. */
export function longestValue(field: string): { limit: number; unit: "characters" | "bytes" } {
  return field === "name"
    ? { limit: MAX_NAME_CHARACTERS, unit: "characters" }
    : { limit: MAX_TEXT_BYTES, unit: "bytes" };
}

/** Code points. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether a key is of a SKU that is too long. */
export const isSkuTooLong = (skuKey: string): boolean =>
  skuKey.length > MAX_SKU_CHARACTERS && countCharacters(skuKey) > MAX_SKU_CHARACTERS;

/** Nothing that a person would see; a name must not be so. */
export const isBlankText = (text: string): boolean => text.trim() === "";
