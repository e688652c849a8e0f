// The columns of the grid: the fields of the product, and its attributes as `attributes.<Name>`.
import type { Product } from "../../../contract/catalog/products.ts";
import { fieldWidth, isEditableField, isFieldColumn } from "./fields.ts";

const ATTRIBUTE_PREFIX = "attributes.";
const BASE: readonly string[] = ["sku", "name", "active", "updated_at"];
/** Largest number of attributes among the default columns: this many fit beside the fields on a laptop screen. */
const MAX_USUAL_ATTRIBUTES = 3;
/** Share of products that must have an attribute for it to become a default column. Below that, the column would be almost empty. */
const USUAL_SHARE = 0.1;
const ATTRIBUTE_WIDTH = 140;
/** Smallest width at which the description is worth a default column: about 28 characters. */
const NARROWEST_DESCRIPTION_PX = 200;
export const CHECK_PX = 40;
/** Minimum width of the last column, which fills the remaining space. */
const FILLER_PX = 24;
/** Space for the scrollbar of the grid. */
const SCROLLBAR_PX = 16;
export const NARROWEST_PX = 64;
export const WIDEST_PX = 900;

export const attributeColumn = (name: string): string => ATTRIBUTE_PREFIX + name;

/** The attribute that the column shows; undefined if the column shows a field. */
export const attributeOf = (column: string): string | undefined =>
  column.startsWith(ATTRIBUTE_PREFIX) ? column.slice(ATTRIBUTE_PREFIX.length) : undefined;

export const isEditable = (column: string): boolean => isEditableField(column) || attributeOf(column) !== undefined;

/** The default columns, shown until the user chooses others: the most important fields, with attributes after the name. They include the
 * description only if the list is wide enough. */
export function defaultColumns(attributes: readonly string[], listPx: number): string[] {
  const [sku, name, ...rest] = BASE as [string, string, ...string[]];
  const columns = [sku, name, ...attributes.map(attributeColumn), ...rest];
  return roomBeside(columns, listPx) < NARROWEST_DESCRIPTION_PX ? columns : columns.toSpliced(2, 0, "description");
}

/** The width of the description among the default columns: its usual width, or less if the list has less room. */
export const defaultDescriptionWidth = (columns: readonly string[], listPx: number): number =>
  Math.min(
    fieldWidth("description"),
    roomBeside(
      columns.filter((column) => column !== "description"),
      listPx,
    ),
  );

/** Returns the list's width minus the default widths of the columns. Ignores the widths that the user has set, so that widening one column
 * does not hide another. */
const roomBeside = (columns: readonly string[], listPx: number): number =>
  columns.reduce((left, column) => left - widthOf(column, {}), listPx - CHECK_PX - FILLER_PX - SCROLLBAR_PX);

/** Parses the URL parameter: column names separated by commas; a backslash escapes a comma in a name. */
export function parseColumns(text: string | undefined): string[] | null {
  if (text === undefined || text === "") return null;
  const names = text.match(/(?:\\.|[^,\\])+/g)?.map((name) => name.replaceAll(/\\(.)/g, "$1")) ?? [];
  const known = names.filter((name) => isFieldColumn(name) || (attributeOf(name) ?? "") !== "");
  // The SKU identifies the row: it always comes first and cannot be hidden.
  return ["sku", ...new Set(known.filter((name) => name !== "sku"))];
}

export const formatColumns = (columns: readonly string[]): string =>
  columns.map((name) => name.replaceAll(/[\\,]/g, "\\$&")).join(",");

export const widthOf = (column: string, widths: Readonly<Record<string, number>>): number =>
  widths[column] ?? (isFieldColumn(column) ? fieldWidth(column) : ATTRIBUTE_WIDTH);

export const clampWidth = (px: number): number => Math.round(Math.max(NARROWEST_PX, Math.min(WIDEST_PX, px)));

/** The stored value of a cell; undefined if the product does not have the attribute. */
export function valueOf(product: Product, column: string): unknown {
  const attribute = attributeOf(column);
  if (attribute !== undefined)
    return Object.hasOwn(product.attributes, attribute) ? product.attributes[attribute] : undefined;
  return isFieldColumn(column) ? product[column] : undefined;
}

/** Formats an attribute's value. Values other than strings and lists were written by other programs. */
export function attributeText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export interface AttributeCount {
  name: string;
  /** Number of products that have the attribute. */
  products: number;
}

/** The attributes to show by default: the most frequent ones, unless too few products have them. Frequencies are rounded to tenths of the
 * products, so that small differences between samples do not reorder the columns. If two frequencies are equal, the attribute with the
 * shorter name comes first. */
export function usualAttributes(counts: readonly AttributeCount[], products: number): string[] {
  const tenths = (one: AttributeCount): number => Math.round((one.products / products) * 10);
  return counts
    .filter((one) => one.products >= products * USUAL_SHARE)
    .sort((a, b) => tenths(b) - tenths(a) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_USUAL_ATTRIBUTES)
    .map(({ name }) => name);
}

/** Chooses the attributes to show for a list: `shown`, the attributes already shown; `usual`; or `own`, the most frequent attributes of
 * these products. Counts the products that have at least one of the attributes. If `own` has more than twice as many products as
 * `shown`, `shown` is not chosen. The same rule then decides between `usual` and `own`. */
export function attributesFor(products: readonly Product[], shown: string[], usual: string[]): string[] {
  const own = usualAttributes(countAttributes(products), products.length);
  const withAny = (names: readonly string[]): number =>
    products.filter(({ attributes }) => names.some((name) => Object.hasOwn(attributes, name))).length;
  // Change the columns only for a clear gain: users have to search for columns that move.
  if (withAny(own) <= 2 * withAny(shown)) return shown;
  return withAny(own) <= 2 * withAny(usual) ? usual : own;
}

/** All attributes of these products, most frequent first. */
export function countAttributes(products: readonly Product[]): AttributeCount[] {
  const counts = new Map<string, number>();
  for (const { attributes } of products)
    for (const name of Object.keys(attributes)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, products: count })).sort((a, b) => b.products - a.products);
}

/** Width of the grid with these columns, the checkboxes and the empty column on the right. */
export const gridWidth = (columns: readonly string[], widths: Readonly<Record<string, number>>): number =>
  columns.reduce((sum, column) => sum + widthOf(column, widths), CHECK_PX + FILLER_PX);
