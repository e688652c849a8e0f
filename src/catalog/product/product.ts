// Rules for the values of a product: how long a value may be and which text is blank. Imports and edits share these rules.
import { MAX_NAME_CHARACTERS, MAX_SKU_CHARACTERS, MAX_TEXT_BYTES } from "../../../contract/catalog/product-limits.ts";

/** Returns the maximum length of a field's value. The unit is characters for `name` and `parent_sku`, and UTF-8 bytes for all other fields.
 * The length of `sku` is checked elsewhere, together with its key. */
export function longestValue(field: string): { limit: number; unit: "characters" | "bytes" } {
  switch (field) {
    case "name":
      return { limit: MAX_NAME_CHARACTERS, unit: "characters" };
    case "parent_sku":
      return { limit: MAX_SKU_CHARACTERS, unit: "characters" };
    default:
      return { limit: MAX_TEXT_BYTES, unit: "bytes" };
  }
}

/** Whether white space around the field's value is removed, because the value is a SKU. */
export const isTrimmed = (field: string): boolean => field === "sku" || field === "parent_sku";

/** Returns the number of Unicode code points. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Parses a decimal number with an optional sign and optional decimal places. Returns undefined for any other text. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?\d{1,300}(?:\.\d+)?$/.test(trimmed)) return undefined;
  return Number(trimmed);
}

/** Whether a SKU is too long. Compares the number of characters of the SKU's key with the limit. */
export const isSkuTooLong = (skuKey: string): boolean =>
  skuKey.length > MAX_SKU_CHARACTERS && countCharacters(skuKey) > MAX_SKU_CHARACTERS;

/** Whether the text is empty or consists only of white space. Such a text is not allowed as a name. */
export const isBlankText = (text: string): boolean => text.trim() === "";
