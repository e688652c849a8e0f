// Column lists of products, their history and their staging table, derived from product-columns.ts.
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";
import { PRODUCT_FIELDS, type FieldKind } from "./product-columns.ts";

export type FieldName = keyof typeof PRODUCT_FIELDS;
/** A field that a file or a bulk change can set. The SKU is not among these fields, because it identifies the product. */
export type SettableField = Exclude<FieldName, "sku">;

export const FIELD_NAMES = Object.keys(PRODUCT_FIELDS) as FieldName[];
export const SETTABLE_FIELDS = FIELD_NAMES.filter((field): field is SettableField => field !== "sku");

export const kindOf = (field: FieldName): FieldKind => PRODUCT_FIELDS[field];
const settableOf = (kind: FieldKind): SettableField[] => SETTABLE_FIELDS.filter((field) => kindOf(field) === kind);

export const TEXT_FIELDS = settableOf("text");
export const BOOLEAN_FIELDS = settableOf("boolean") as BooleanField[];
export const NUMBER_FIELDS = settableOf("number");

type BooleanField = {
  [Field in SettableField]: (typeof PRODUCT_FIELDS)[Field] extends "boolean" ? Field : never;
}[SettableField];

export const SQL_TYPES: Record<FieldKind, string> = { text: "text", boolean: "boolean", number: "double precision" };

/** The columns whose values come from a user or from a file. */
export const VALUE_COLUMNS = [...FIELD_NAMES, "attributes"] as const;

/** The columns that the application fills in: the changesets and times of the creation and the last change, and the line of the imported
 * file. */
const AUDIT_COLUMNS = ["created_in", "changed_in", "source_line", "created_at", "updated_at"] as const;

/** The columns that `products` and `product_history` have in common. */
export const STORED_COLUMNS = ["sku_key", "id", "version", ...VALUE_COLUMNS, ...AUDIT_COLUMNS] as const;

/** The columns of a product in API responses and JSON Lines files, in this order. */
export const API_COLUMNS = ["sku", "id", ...SETTABLE_FIELDS, "attributes", "version", ...AUDIT_COLUMNS] as const;

/** Every new product has a name. Other texts may be blank. */
const OPTIONAL_TEXTS = TEXT_FIELDS.filter((field) => field !== "name");

/** The first columns of the rows that binary COPY writes into `products`. A column of `OPTIONAL_COPIED_COLUMNS` follows only if the rows
 * contain it. For an omitted column, PostgreSQL writes the default value, which costs less than half as much as a copied value. */
export const COPIED_COLUMNS = [
  "sku_key",
  "id",
  "source_line",
  "created_in",
  "changed_in",
  "created_at",
  "updated_at",
  "sku",
  "name",
] as const;
export const OPTIONAL_COPIED_COLUMNS = [...OPTIONAL_TEXTS, ...BOOLEAN_FIELDS, ...NUMBER_FIELDS, "attributes"] as const;
export type OptionalCopiedColumn = (typeof OPTIONAL_COPIED_COLUMNS)[number];

/** The columns of a row that binary COPY writes into `product_staging`. */
export const STAGED_COLUMNS = [
  "sku_key",
  "changeset_id",
  "part",
  "version",
  "source_line",
  "sku",
  ...TEXT_FIELDS,
  ...BOOLEAN_FIELDS,
  ...NUMBER_FIELDS,
  "attributes",
  "tid",
] as const;

/** Returns a list of columns for an SQL statement, each prefixed with the alias of its table if an alias is given. */
export const columnList = (columns: readonly string[], alias?: string): string =>
  columns.map((column) => (alias === undefined ? column : `${alias}.${column}`)).join(", ");

/** Returns only the values of a product, because the argument may have other properties. */
export const valuesOf = (product: ProductValues): ProductValues =>
  Object.fromEntries(VALUE_COLUMNS.map((column) => [column, product[column]])) as ProductValues;
