// Where the import finds what in a record: the columns of the file, as positions.
import type { MergeColumns } from "../catalog/bulk/merge.ts";
import { FIELD_NAMES, SETTABLE_FIELDS, type FieldName } from "../catalog/product/column-lists.ts";
import type { Column } from "../../contract/imports/imports.ts";

export interface Layout extends Record<FieldName, number> {
  /** Fields that a sound record has. */
  width: number;
  attributes: readonly { index: number; name: string }[];
  columns: readonly Column[];
}

export function layoutOf(columns: readonly Column[]): Layout {
  const indexOf = (target: Column["target"]): number => columns.findIndex((column) => column.target === target);
  return {
    width: columns.length,
    ...(Object.fromEntries(FIELD_NAMES.map((field) => [field, indexOf(field)])) as Record<FieldName, number>),
    attributes: columns.flatMap(({ name, target }, index) => (target === "attribute" ? [{ index, name }] : [])),
    columns,
  };
}

export const mergeColumnsOf = (layout: Layout): MergeColumns => ({
  fields: SETTABLE_FIELDS.filter((field) => layout[field] >= 0),
  attributes: layout.attributes.map(({ name }) => name),
});
