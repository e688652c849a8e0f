// The fields of a product as the page shows and edits them, declared once. The columns of the grid, its cells, the panel and the
// dialogs derive from this table.
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";
import { SORTS, type Product } from "../../../contract/catalog/products.ts";

export type FieldColumn = Exclude<keyof Product, "attributes" | "created_in" | "changed_in" | "source_line">;
/** The fields that a user enters. */
export type ValueField = Exclude<keyof ProductValues, "attributes">;
/** The SKU is not edited like a value: the user renames the product. */
export type EditableField = Exclude<ValueField, "sku">;

/** How a field is shown and edited. A `line` is text without line breaks; a `text` may have several lines. */
export type FieldKind = "line" | "text" | "boolean" | "number" | "time";

type KindOf<Value> = Value extends string ? "line" | "text" | "time" : Value extends boolean ? "boolean" : "number";

interface Field<Name extends FieldColumn> {
  kind: KindOf<NonNullable<Product[Name]>>;
  /** Width of the column until the user changes it. */
  width_px: number;
  is_editable: Name extends EditableField ? true : false;
  /** Whether a blank value is not allowed. */
  is_required?: boolean;
}

/** The order is that of the column chooser, the panel and the dialogs. */
const FIELDS: { readonly [Name in FieldColumn]: Field<Name> } = {
  sku: { kind: "line", width_px: 190, is_editable: false, is_required: true },
  name: { kind: "line", width_px: 280, is_editable: true, is_required: true },
  description: { kind: "text", width_px: 320, is_editable: true },
  active: { kind: "boolean", width_px: 96, is_editable: true },
  parent_sku: { kind: "line", width_px: 190, is_editable: true },
  updated_at: { kind: "time", width_px: 168, is_editable: false },
  created_at: { kind: "time", width_px: 168, is_editable: false },
  version: { kind: "number", width_px: 88, is_editable: false },
  id: { kind: "number", width_px: 104, is_editable: false },
};

export const FIELD_COLUMNS = Object.keys(FIELDS) as readonly FieldColumn[];
export const EDITABLE_FIELDS = FIELD_COLUMNS.filter((name): name is EditableField => FIELDS[name].is_editable);
export const VALUE_FIELDS: readonly ValueField[] = ["sku", ...EDITABLE_FIELDS];

export const isFieldColumn = (column: string): column is FieldColumn => Object.hasOwn(FIELDS, column);
export const isEditableField = (column: string): column is EditableField =>
  isFieldColumn(column) && FIELDS[column].is_editable;
export const isSortable = (column: string): boolean => (SORTS as readonly string[]).includes(column);
export const isRequired = (column: FieldColumn): boolean => FIELDS[column].is_required === true;
export const fieldWidth = (column: FieldColumn): number => FIELDS[column].width_px;

/** The kind of a column; an attribute is a text. */
export const kindOf = (column: string): FieldKind => (isFieldColumn(column) ? FIELDS[column].kind : "text");
