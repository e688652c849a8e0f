// Maps product fields and attributes to the column indexes of a file.
import type { MergeColumns } from "../catalog/bulk/merge.ts";
import {
  FIELD_NAMES,
  OPTIONAL_COPIED_COLUMNS,
  SETTABLE_FIELDS,
  type FieldName,
  type OptionalCopiedColumn,
} from "../catalog/product/column-lists.ts";
import { DEFAULT_VALUES } from "../catalog/product/product-columns.ts";
import type { Column } from "../../contract/imports/imports.ts";

/** Additional columns of the text to which formed products are written (shape/products-text.ts): the number, the line, the position and
 * the length of the product's record in the file, and the fields that a marker erases. */
export const SOURCE_TARGETS = ["source_row", "source_line", "source_at", "source_bytes", "erases"] as const;
export type SourceTarget = (typeof SOURCE_TARGETS)[number];

/** A column of a record: of the file, or computed by a mapping and appended to the record (mapping/plan.ts). */
export interface LayoutColumn extends Omit<Column, "target"> {
  /** In a column with the target `delete`, a cell that is not blank deletes the product of its row. */
  target: Column["target"] | "members" | "removals" | "delete" | SourceTarget;
  /** Whether a mapping appends the column to the columns of the file. */
  computed?: true;
  /** Only for a column with the target `members`: names of the attributes that are removed from a product if their values are blank. */
  removable?: string[];
  /** Only for the first computed column: number of bytes that the mapping itself adds to each record, such as names and constants. */
  added_bytes?: number;
  /** Only for the first computed column: how many times the computed values of a record can contain the text of the record. */
  copies?: number;
}

/** The properties named after product fields are column indexes. -1 means that the file has no such column. */
export interface Layout extends Record<FieldName | SourceTarget, number> {
  /** Number of fields in a valid record. */
  width: number;
  /** Number of columns in the file: `width` without the columns that a mapping appends. */
  file_width: number;
  attributes: readonly AttributeColumn[];
  /** Names of the attributes that a blank cell removes from the product. */
  removable: readonly string[];
  /** Index of the column with the computed attributes, or -1. `removals` is the index of the column with the attributes to remove, or
   * -1. */
  members: number;
  removals: number;
  /** Index of the column that shows which rows delete their products, or -1. */
  delete: number;
  added_bytes: number;
  copies: number;
  columns: readonly LayoutColumn[];
}

export interface AttributeColumn {
  index: number;
  name: string;
  /** If true, a field that begins with `[` or `"` is a JSON array of strings or a JSON string, which the loader writes unmodified. The scan
   * or the mapping that made the field has checked it. Any other field contains a text. */
  is_list: boolean;
}

export function layoutOf(columns: readonly LayoutColumn[]): Layout {
  const indexOf = (target: LayoutColumn["target"]): number => columns.findIndex((column) => column.target === target);
  const members = columns.find(({ target }) => target === "members");
  const sized = columns.find(({ copies }) => copies !== undefined);
  const copied = columns.filter(({ target }) => target === "attribute");
  return {
    width: columns.length,
    file_width: columns.filter(({ computed }) => computed !== true).length,
    ...(Object.fromEntries(FIELD_NAMES.map((field) => [field, indexOf(field)])) as Record<FieldName, number>),
    attributes: columns.flatMap(({ name, target, attribute = name, is_list = false }, index) =>
      target === "attribute" ? [{ index, name: attribute, is_list }] : [],
    ),
    removable: [
      ...copied.filter(({ blank }) => blank !== "keep").map(({ name, attribute = name }) => attribute),
      ...(members?.removable ?? []),
    ],
    members: indexOf("members"),
    removals: indexOf("removals"),
    ...(Object.fromEntries(SOURCE_TARGETS.map((target) => [target, indexOf(target)])) as Record<SourceTarget, number>),
    delete: indexOf("delete"),
    added_bytes: sized?.added_bytes ?? 0,
    copies: sized?.copies ?? 1,
    columns,
  };
}

/** Whether the rows set attributes. */
export const hasAttributes = (layout: Layout): boolean => layout.attributes.length > 0 || layout.members >= 0;

export const mergeColumnsOf = (layout: Layout): MergeColumns => ({
  fields: SETTABLE_FIELDS.filter((field) => layout[field] >= 0),
  attributes: hasAttributes(layout) ? layout.removable : null,
  null_removes: layout.removals >= 0,
});

/** The optional columns that the rows of new products contain. The table's defaults apply to the other columns. */
export const optionalColumns = (layout: Layout, active: boolean): OptionalCopiedColumn[] =>
  OPTIONAL_COPIED_COLUMNS.filter((column) => {
    if (column === "attributes") return hasAttributes(layout);
    return layout[column] >= 0 || (column === "active" && active !== DEFAULT_VALUES.active);
  });
