// Converts the text of an edited cell to a value and to a merge patch (RFC 7396), and a value back to text.
import { isBlankValue, isList, type AttributeValue } from "../../../contract/catalog/attribute-value.ts";
import { parseYesNo } from "../../../contract/catalog/yes-no.ts";
import type { ProductPatch } from "../../../contract/catalog/edit-products.ts";
import type { Product } from "../../../contract/catalog/products.ts";
import { attributeOf, attributeText, valueOf } from "../columns/columns.ts";
import { kindOf } from "../columns/fields.ts";
import { listText, parseListText } from "./list-text.ts";

/** A cell's value; undefined if the product does not have the attribute. */
export type CellValue = unknown;

/** Converts typed text to a cell value. Returns undefined if the column needs yes or no, or a number, and the text is neither.
 * @param before the value that the text replaces: a list stays a list */
export function parseCell(column: string, text: string, before?: CellValue): CellValue {
  switch (kindOf(column)) {
    case "boolean":
      return parseActive(text);
    case "number":
      return parseNumber(text);
    case "line":
    case "text":
    case "time":
      if (attributeOf(column) === undefined) return text;
      return isList(before) ? emptyAsNull(parseListText(text)) : emptyAsNull(text);
  }
}

const emptyAsNull = <Value extends string | string[]>(value: Value): Value | null =>
  isBlankValue(value) ? null : value;

/** Changes a text to a list of its lines, or a list to a text with one element per line. */
export const switchList = (value: CellValue): AttributeValue =>
  isList(value) ? value.join("\n") : parseListText(attributeText(value));

/** Parses a number; a blank is null. */
function parseNumber(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Parses a yes or no. Accepts the importer's words and also, as in tables that mark active products, `x` for yes and a blank for
 * no. */
export function parseActive(text: string): boolean | undefined {
  const mark = text.trim().toLowerCase();
  if (mark === "x") return true;
  return mark === "" ? false : parseYesNo(mark);
}

/** The text that the editor contains when editing begins. */
export function cellText(product: Product, column: string): string {
  const value = valueOf(product, column);
  if (isList(value)) return listText(value);
  return typeof value === "boolean" ? (value ? "yes" : "no") : attributeText(value);
}

/** The patch that sets a cell; a null or missing value removes the attribute. */
export function patchOf(column: string, value: CellValue): ProductPatch {
  const attribute = attributeOf(column);
  // An undo may restore a value of any JSON type. Send the value unchanged.
  if (attribute !== undefined) return { attributes: { [attribute]: (value ?? null) as AttributeValue | null } };
  return { [column]: value };
}

/** Whether two values of a cell are equal. A null attribute equals a missing one. */
export const isSame = (a: CellValue, b: CellValue): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
