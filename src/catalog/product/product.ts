// Rules of a product's values, without I/O: how long a value may be and which text is blank. Imports and edits share them.
import { MAX_NAME_CHARACTERS, MAX_SKU_CHARACTERS, MAX_TEXT_BYTES } from "../../../contract/catalog/product-limits.ts";

/** The limit of a field's value: in characters where a person sees the whole value, otherwise in bytes of UTF-8. */
export function longestValue(field: string): { limit: number; unit: "characters" | "bytes" } {
  return field === "name"
    ? { limit: MAX_NAME_CHARACTERS, unit: "characters" }
    : { limit: MAX_TEXT_BYTES, unit: "bytes" };
}

/** Counts code points. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Reads a number with an optional sign and a decimal point. Returns undefined for any other text. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?\d{1,300}(?:\.\d+)?$/.test(trimmed)) return undefined;
  return Number(trimmed);
}

/** Takes the SKU's key, which has as many characters as the SKU or more. */
export const isSkuTooLong = (skuKey: string): boolean =>
  skuKey.length > MAX_SKU_CHARACTERS && countCharacters(skuKey) > MAX_SKU_CHARACTERS;

/** True for text of white space only, which is not allowed as a name. */
export const isBlankText = (text: string): boolean => text.trim() === "";
