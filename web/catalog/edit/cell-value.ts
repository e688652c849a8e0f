// What an edited cell means: from what was typed to the merge patch (RFC 7396) that is sent, and back.
import { parseYesNo } from "../../../contract/catalog/yes-no.ts";
import type { Product } from "../../../contract/catalog/products.ts";
import { attributeOf, attributeText, valueOf } from "../grid/columns.ts";

/** A cell's value; undefined = the product has no such attribute. */
export type CellValue = unknown;

export interface ProductPatch {
  name?: string;
  description?: string;
  active?: boolean;
  attributes?: Record<string, string | null>;
}

/** What was typed as a value; undefined where a yes or no cannot be told. */
export function parseCell(column: string, text: string): CellValue {
  if (column === "active") return parseActive(text);
  return attributeOf(column) !== undefined && text === "" ? null : text;
}

/** Besides the importer's words, a pasted table may mark active products with an `x` and leave the other cells blank. */
export function parseActive(text: string): boolean | undefined {
  const mark = text.trim().toLowerCase();
  if (mark === "x") return true;
  return mark === "" ? false : parseYesNo(mark);
}

/** What stands in the editor when it opens. */
export function cellText(product: Product, column: string): string {
  const value = valueOf(product, column);
  return typeof value === "boolean" ? (value ? "yes" : "no") : attributeText(value);
}

/** The patch that gives a cell its value; an attribute without one is taken away. */
export function patchOf(column: string, value: CellValue): ProductPatch {
  const attribute = attributeOf(column);
  // What is undone may have been any JSON: it goes back as it was.
  if (attribute !== undefined) return { attributes: { [attribute]: (value ?? null) as string | null } };
  return { [column]: value };
}

/** Whether two values of a cell are the same; an attribute that is null and one that is not there are. */
export const isSame = (a: CellValue, b: CellValue): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
