// Where the import finds what in a record: the columns of the file, as positions.
import type { MergeColumns } from "../catalog/bulk/merge.ts";
import type { Column } from "../../contract/imports/imports.ts";

export interface Layout {
  /** Fields that a sound record has. */
  width: number;
  /** Positions in the record; -1 = the file has no such column. */
  sku: number;
  name: number;
  description: number;
  active: number;
  attributes: readonly { index: number; name: string }[];
  columns: readonly Column[];
}

export function layoutOf(columns: readonly Column[]): Layout {
  const indexOf = (target: Column["target"]): number => columns.findIndex((column) => column.target === target);
  return {
    width: columns.length,
    sku: indexOf("sku"),
    name: indexOf("name"),
    description: indexOf("description"),
    active: indexOf("active"),
    attributes: columns.flatMap(({ name, target }, index) => (target === "attribute" ? [{ index, name }] : [])),
    columns,
  };
}

export const mergeColumnsOf = (layout: Layout): MergeColumns => ({
  name: layout.name >= 0,
  description: layout.description >= 0,
  active: layout.active >= 0,
  attributes: layout.attributes.map(({ name }) => name),
});
