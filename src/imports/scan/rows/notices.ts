// The notices that a scan adds to its import.
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import type { Notice } from "../../../../contract/imports/notices.ts";
import { unfitActiveColumns } from "../../read/columns/match-columns.ts";
import type { Table } from "../../read/read-records.ts";
import type { Layout } from "../../layout.ts";
import type { UnknownValues } from "../../mapping/run/notes.ts";
import type { DamagedNumbers } from "./damaged.ts";

/** Maximum number of notices of one kind: an import and its notices are sent to clients at each change. */
const MAX_NOTICES = 20;

/** Notices about columns that are named like the active column, but contain neither yes nor no. */
export const activeNotices = ({ columns, rows }: Pick<Table, "columns" | "rows">): Notice[] =>
  unfitActiveColumns(columns, rows)
    .slice(0, MAX_NOTICES)
    .map(({ name }) => ({
      code: "active_as_attribute",
      message: `The values of the column "${name}" are neither yes nor no, so the column was imported as an attribute.`,
      column: name,
      count: null,
    }));

/** Notices about the columns in which a spreadsheet has shortened numbers. */
export const damagedNotices = ({ columns }: Layout, { counts }: DamagedNumbers): Notice[] =>
  [...counts].slice(0, MAX_NOTICES).map(([index, count]) => {
    const name = columns[index]?.name ?? null;
    return {
      code: "damaged_numbers",
      message: `${count.toLocaleString("en")} ${count === 1 ? "cell" : "cells"} of the column "${name ?? ""}" ${count === 1 ? "contains a number" : "contain numbers"} that a spreadsheet has shortened, such as 4.00638E+12. The missing digits cannot be restored: get the file with this column as text.`,
      column: name,
      count,
    };
  });

/** Number of sheets that a notice lists. */
const LISTED_SHEETS = 10;

/** A notice about the sheets that were not imported although they have a SKU column, unless the client has chosen the sheet. */
export function sheetNotices({ sheets = [] }: Dialect, { sheet }: Pick<DialectOverrides, "sheet">): Notice[] {
  const others = sheets.filter(({ read, has_sku }) => !read && has_sku === true);
  if (sheet !== undefined || others.length === 0) return [];
  const listed = others.slice(0, LISTED_SHEETS).map(({ name }) => `"${name}"`);
  const more = others.length > LISTED_SHEETS ? ` and ${others.length - LISTED_SHEETS} more` : "";
  return [
    {
      code: "other_sheets",
      message: `Further sheets have a SKU column and were not imported: ${listed.join(", ")}${more}. To import one of them, choose that sheet (option sheet).`,
      column: null,
      count: null,
    },
  ];
}

/** Number of values that a notice lists. */
const LISTED_VALUES = 5;

/** Notices about the texts that value maps do not contain and that were kept. */
export const unknownNotices = ({ columns }: Layout, unknown: readonly UnknownValues[]): Notice[] =>
  unknown.slice(0, MAX_NOTICES).map(({ statement, column, count, texts }) => {
    const listed = texts.slice(0, LISTED_VALUES).map((text) => `"${text}"`);
    const more = texts.length > LISTED_VALUES ? ", …" : "";
    return {
      code: "unknown_value",
      message: `The value map of "${statement}" does not contain ${listed.join(", ")}${more}, so the values were kept.`,
      column: columns[column]?.name ?? null,
      count,
    };
  });
