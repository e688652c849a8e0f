// Rules for the lists that attributes may have as values. Edits and imports share these rules.
import { MAX_LIST_ELEMENTS } from "../../../contract/catalog/attribute-value.ts";
import { MAX_TEXT_BYTES } from "../../../contract/catalog/product-limits.ts";
import { isStorable } from "../../../contract/stored-text.ts";

/** Why a list is not a valid value. `not_text`: an element is not a string, or is empty. `not_storable`: PostgreSQL cannot store a
 * NUL character or half a character (a lone surrogate). */
export type ListFault = "too_many" | "not_text" | "too_long" | "not_storable";

export function faultOfList(list: readonly unknown[]): ListFault | undefined {
  if (list.length > MAX_LIST_ELEMENTS) return "too_many";
  if (!list.every((element) => typeof element === "string" && element !== "")) return "not_text";
  if (!(list as readonly string[]).every(isStorable)) return "not_storable";
  return storedBytes(list) > MAX_TEXT_BYTES ? "too_long" : undefined;
}

/** Size of the list as jsonb text, which separates elements by a comma and a space. An export writes this text into one cell. */
const storedBytes = (list: readonly unknown[]): number =>
  Buffer.byteLength(JSON.stringify(list)) + Math.max(0, list.length - 1);

/** Whether a cell of a column of lists contains JSON. Any other cell contains a text. */
export const isJsonCell = (cell: string): boolean => cell.startsWith("[") || cell.startsWith('"');

/** Parses a cell of a list column that begins with `[` or `"`. Returns the list, or the string if the cell contains a JSON string. Returns
 * undefined if the cell is not valid JSON, or if an attribute must not have this value. */
export function parseListCell(cell: string): string | string[] | undefined {
  const value = parseJson(cell);
  if (typeof value === "string") return isStorable(value) ? value : undefined;
  return Array.isArray(value) && faultOfList(value) === undefined ? (value as string[]) : undefined;
}

/** Parses a cell of a list column that begins with `[` or `"`. Returns undefined if the cell contains a value other than a string or a
 * list of strings. */
export function parseTexts(cell: string): string | string[] | undefined {
  const value = parseJson(cell);
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every((text) => typeof text === "string") ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
