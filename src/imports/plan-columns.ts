// Decides what each column of a table becomes, from the import's options and the header.
import { chooseColumns } from "./read/columns/choose-columns.ts";
import type { Table } from "./read/read-records.ts";
import type { Column, ImportOptions } from "../../contract/imports/imports.ts";

/** @throws Problem no-such-column if an option names a column that the file does not have */
export function planColumns(
  { columns, header }: Pick<Table, "columns" | "header">,
  { key, name }: Pick<ImportOptions, "key" | "name">,
): { columns: Column[] } {
  return { columns: chooseColumns(columns, header, { key, name }) };
}

/** Whether the options name the column of the key, so that its values need not confirm it. */
export const isKeyChosen = ({ key, mapping }: Pick<ImportOptions, "key" | "mapping">): boolean =>
  key !== undefined || mapping !== undefined;
