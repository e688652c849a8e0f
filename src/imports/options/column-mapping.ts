// Returns the mapping that imports a table in the same way as its recognized columns.
import { FIELD_NAMES } from "../../catalog/product/column-lists.ts";
import type { Column, GivenOptions } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { FIELD_STATEMENTS } from "../mapping/compile/compile-fields.ts";
import { attributeColumns } from "../read/columns/match-columns.ts";
import type { Table } from "../read/read-records.ts";

type NamedTable = Pick<Table, "header"> & { columns: readonly Column[] };

/**
 * Returns the mapping of the options or, without one, a mapping with the same effect as the recognized columns. @returns null if no column
 * is the key
 */
export function effectiveMapping(
  { columns, header }: NamedTable,
  { key, name, mapping }: Pick<GivenOptions, "key" | "name" | "mapping"> = {},
): Mapping | null {
  if (mapping !== undefined)
    return { ...mapping, ...(key === undefined ? {} : { key }), ...(name === undefined ? {} : { name }) };
  const names = namesOf({ columns, header });
  const nameAt = (position: number): string => names[position] ?? "";
  const fields = FIELD_NAMES.flatMap((field): [string, string][] => {
    const position = columns.findIndex(({ target }) => target === field);
    return position === -1 ? [] : [[FIELD_STATEMENTS[field], nameAt(position)]];
  });
  const found = Object.fromEntries(fields);
  if (found["key"] === undefined) return null;
  const ignored = columns.flatMap(({ target }, position) => (target === "ignored" ? [nameAt(position)] : []));
  return { ...found, key: found["key"], ...(ignored.length === 0 ? {} : { drop: ignored }) };
}

/** Returns the names that distinguish columns with the same name: a mapping finds the second `Name` only as `Name (2)`. */
export const namesOf = ({ columns, header }: NamedTable): string[] =>
  (header.length === 0 ? columns : attributeColumns(header)).map(({ name }) => name);
