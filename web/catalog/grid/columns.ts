// The columns of the grid: fields of the product and its attributes, `attributes.<Name>`.
import type { Product } from "../../../contract/catalog/products.ts";

export const FIELD_COLUMNS = [
  "sku",
  "name",
  "description",
  "active",
  "updated_at",
  "created_at",
  "version",
  "id",
] as const;
type FieldColumn = (typeof FIELD_COLUMNS)[number];

const ATTRIBUTE = "attributes.";
const BASE: readonly string[] = ["sku", "name", "active", "updated_at"];
/** As many fit beside the fields on a laptop. */
const ATTRIBUTES_SHOWN = 3;
/** Fewer than one product in ten: a column that is all but empty says little. */
const USUAL_SHARE = 0.1;
const EDITABLE: ReadonlySet<string> = new Set(["name", "description", "active"]);
const SORTABLE: ReadonlySet<string> = new Set(["sku", "name", "updated_at", "created_at"]);
const WIDTHS: Readonly<Record<FieldColumn, number>> = {
  sku: 190,
  name: 280,
  description: 320,
  active: 96,
  updated_at: 168,
  created_at: 168,
  version: 88,
  id: 104,
};
const ATTRIBUTE_WIDTH = 140;
export const NARROWEST_PX = 64;
export const WIDEST_PX = 900;

export const attributeColumn = (name: string): string => ATTRIBUTE + name;

/** The name of the attribute that a column shows; undefined for a field. */
export const attributeOf = (column: string): string | undefined =>
  column.startsWith(ATTRIBUTE) ? column.slice(ATTRIBUTE.length) : undefined;

export const isFieldColumn = (column: string): column is FieldColumn =>
  (FIELD_COLUMNS as readonly string[]).includes(column);
export const isEditable = (column: string): boolean => EDITABLE.has(column) || attributeOf(column) !== undefined;
export const isSortable = (column: string): boolean => SORTABLE.has(column);

/** What is shown until somebody chooses: the fields that say most, with attributes between them. */
export function defaultColumns(attributes: readonly string[]): string[] {
  const [sku, name, ...rest] = BASE as [string, string, ...string[]];
  return [sku, name, ...attributes.map(attributeColumn), ...rest];
}

/** From the address: names with commas between them, a comma within a name doubled by a backslash. */
export function parseColumns(text: string | undefined): string[] | null {
  if (text === undefined || text === "") return null;
  const names = text.match(/(?:\\.|[^,\\])+/g)?.map((name) => name.replaceAll(/\\(.)/g, "$1")) ?? [];
  const known = names.filter((name) => isFieldColumn(name) || (attributeOf(name) ?? "") !== "");
  // The SKU is what a row is called: it cannot be hidden, and it leads.
  return ["sku", ...new Set(known.filter((name) => name !== "sku"))];
}

export const formatColumns = (columns: readonly string[]): string =>
  columns.map((name) => name.replaceAll(/[\\,]/g, "\\$&")).join(",");

export const widthOf = (column: string, widths: Readonly<Record<string, number>>): number =>
  widths[column] ?? (isFieldColumn(column) ? WIDTHS[column] : ATTRIBUTE_WIDTH);

export const clampWidth = (px: number): number => Math.round(Math.max(NARROWEST_PX, Math.min(WIDEST_PX, px)));

/** The value of a cell as it is stored; undefined where the product has no such attribute. */
export function valueOf(product: Product, column: string): unknown {
  const attribute = attributeOf(column);
  if (attribute !== undefined)
    return Object.hasOwn(product.attributes, attribute) ? product.attributes[attribute] : undefined;
  return isFieldColumn(column) ? product[column] : undefined;
}

/** An attribute's value as text: imports keep text, the API takes any JSON. */
export function attributeText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export interface AttributeCount {
  name: string;
  /** That have it. */
  products: number;
}

/** The attributes that are worth a column: those that most of so many products have, if not too few. What about as many have
 * comes in the order in which products have it, whatever the counts of a sample or of a few rows are. */
export function usualAttributes(counts: readonly AttributeCount[], products: number): string[] {
  const tenths = (one: AttributeCount): number => Math.round((one.products / products) * 10);
  return counts
    .filter((one) => one.products >= products * USUAL_SHARE)
    .sort((a, b) => tenths(b) - tenths(a) || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, ATTRIBUTES_SHOWN)
    .map(({ name }) => name);
}

/** The attributes to show for a list's rows: the usual ones or, where most rows have none of them, which leaves empty columns,
 * those that the rows have. */
export function attributesFor(products: readonly Product[], shown: string[], usual: string[]): string[] {
  const own = usualAttributes(countAttributes(products), products.length);
  const withAny = (names: readonly string[]): number =>
    products.filter(({ attributes }) => names.some((name) => Object.hasOwn(attributes, name))).length;
  // Not for a few rows more: columns that change places are looked for.
  if (withAny(own) <= 2 * withAny(shown)) return shown;
  return withAny(own) <= 2 * withAny(usual) ? usual : own;
}

/** All attributes of these products, those that most of them have first. */
export function countAttributes(products: readonly Product[]): AttributeCount[] {
  const counts = new Map<string, number>();
  for (const { attributes } of products)
    for (const name of Object.keys(attributes)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, products: count })).sort((a, b) => b.products - a.products);
}
