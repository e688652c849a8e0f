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

/** The properties named after product fields are column indexes. -1 means that the file has no such column. */
export interface Layout extends Record<FieldName, number> {
  /** Number of fields in a valid record. */
  width: number;
  attributes: readonly { index: number; name: string }[];
  columns: readonly Column[];
}

export function layoutOf(columns: readonly Column[]): Layout {
  const indexOf = (target: Column["target"]): number => columns.findIndex((column) => column.target === target);
  return {
    width: columns.length,
    ...(Object.fromEntries(FIELD_NAMES.map((field) => [field, indexOf(field)])) as Record<FieldName, number>),
    attributes: columns.flatMap(({ name, target, attribute = name }, index) =>
      target === "attribute" ? [{ index, name: attribute }] : [],
    ),
    columns,
  };
}

export const mergeColumnsOf = (layout: Layout): MergeColumns => ({
  fields: SETTABLE_FIELDS.filter((field) => layout[field] >= 0),
  attributes: layout.attributes.map(({ name }) => name),
});

/** The optional columns that the rows of new products contain. The table's defaults apply to the other columns. */
export const optionalColumns = (layout: Layout, active: boolean): OptionalCopiedColumn[] =>
  OPTIONAL_COPIED_COLUMNS.filter((column) => {
    if (column === "attributes") return layout.attributes.length > 0;
    return layout[column] >= 0 || (column === "active" && active !== DEFAULT_VALUES.active);
  });
