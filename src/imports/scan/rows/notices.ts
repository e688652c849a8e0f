// The notices that a scan adds to its import about the table as a whole.
import { cutText } from "../../../../contract/faults.ts";
import type { Column, Dialect, DialectOverrides, GivenOptions } from "../../../../contract/imports/imports.ts";
import type { Notice } from "../../../../contract/imports/notices.ts";
import { doubtOfName } from "../../read/columns/judge-name.ts";
import { unfitActiveColumns } from "../../read/columns/match-columns.ts";
import type { FilledUp } from "../../read/fit/fit-records.ts";
import type { Table } from "../../read/read-records.ts";
import type { Layout } from "../../layout.ts";
import type { UnknownValues } from "../../mapping/run/notes.ts";
import { mixesScripts } from "./cells/look-alikes.ts";
import { linesOf, listOf, MAX_NOTICES } from "./cells/watch-cells.ts";

/** The parts of a table that notices describe. */
type NoticedTable = Pick<Table, "header" | "rows" | "second_table"> & { columns: readonly Column[] };

/** Notices about columns whose names suggest the field `active`, but whose values are neither yes nor no. */
export const activeNotices = ({ columns, rows }: Pick<NoticedTable, "columns" | "rows">): Notice[] =>
  unfitActiveColumns(columns, rows)
    .slice(0, MAX_NOTICES)
    .map(({ name }) => ({
      code: "active_as_attribute",
      message: `The values of the column "${name}" are neither yes nor no, so the column is imported as an attribute.`,
      column: name,
      count: null,
    }));

/** A notice about a column whose name suggests that it contains the names of products, but whose values cannot be names.
 * @param options the options of the import. If the client or a profile has chosen the column, there is no notice */
export function nameNotices(
  { columns, rows }: Pick<NoticedTable, "columns" | "rows">,
  { name, mapping }: Pick<GivenOptions, "name" | "mapping">,
): Notice[] {
  if (name !== undefined || mapping !== undefined) return [];
  const doubt = doubtOfName(columns, rows);
  if (doubt === undefined) return [];
  return [
    {
      code: "name_doubtful",
      message: `The column "${doubt.column}" was recognized as the name of the products, but it ${doubt.reason}. If another column contains the names, choose that column (option name).`,
      column: doubt.column,
      count: null,
      values: { doubt: doubt.reason },
    },
  ];
}

/** Notices about the header and the form of the table. */
export const tableNotices = (
  table: NoticedTable,
  dialect: Dialect,
  { encoding }: Pick<DialectOverrides, "encoding">,
): Notice[] => [
  // An encoding that the client or the profile gives is not in doubt.
  ...(encoding === undefined ? encodingNotices(dialect) : []),
  ...repeatedNotices(table),
  ...mixedNameNotices(table),
  ...(table.second_table === null ? [] : [secondTable(table.second_table)]),
];

/** If at most this number of sampled lines shows the encoding, a notice reports that the encoding is uncertain. Several lines with the
 * same letters count once. */
const FEW_LINES = 2;

/** A notice about an encoding that was detected from the letters of one or two lines. */
function encodingNotices({ encoding, encoding_alternatives: [other] = [] }: Dialect): Notice[] {
  if (other === undefined || other.samples.length > FEW_LINES) return [];
  return [
    {
      code: "encoding_uncertain",
      message: `The encoding ${encoding} was detected from a few letters. In the encoding ${other.encoding}, one of the texts would be "${other.samples[0] ?? ""}". If this text is correct, import the file again with ${other.encoding} (option encoding).`,
      column: null,
      count: null,
      values: { encoding, other: other.encoding, text: other.samples[0] ?? "" },
    },
  ];
}

/** Notices about columns that have the same name as an earlier column. */
function repeatedNotices({ header }: NoticedTable): Notice[] {
  const names = header.map((name) => name.normalize("NFC").trim()).filter((name) => name !== "");
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...repeated].slice(0, MAX_NOTICES).map((name) => ({
    code: "repeated_column",
    message: `The file has several columns named "${name}". Only the first of these columns keeps the name. The others become attributes such as "${name} (2)".`,
    column: name,
    count: names.filter((other) => other === name).length,
  }));
}

/** Notices about attributes whose names mix letters of two scripts that look alike, such as Latin and Cyrillic. */
const mixedNameNotices = ({ columns }: NoticedTable): Notice[] =>
  columns
    .filter(({ name, target }) => target === "attribute" && name.split(/[^\p{L}\p{M}]+/u).some(mixesScripts))
    .slice(0, MAX_NOTICES)
    .map(({ name }) => ({
      code: "look_alikes",
      message: `The column name "${name}" contains letters of two scripts that look alike, so it differs from the same name in letters of one script. If this is a mistake, correct the name in the file and import the file again.`,
      column: name,
      count: null,
    }));

const secondTable = (line: number): Notice => ({
  code: "second_table",
  message: `The values in line ${line.toLocaleString("en")}, below a blank line, are of different kinds from the values above the blank line. If a second table begins in this line, delete the second table from the file and import the file again.`,
  column: null,
  count: null,
  values: { line },
});

/** A notice about the rows to which blank cells were added. */
export const shortRowNotices = ({ count, lines }: FilledUp): Notice[] =>
  count === 0
    ? []
    : [
        {
          code: "short_rows",
          message: `${count.toLocaleString("en")} ${count === 1 ? "row has" : "rows have"} fewer cells than the header (${linesOf(lines, count)}). The missing cells at the end are read as blank. If a row lacks a cell in the middle, correct the row and import the file again.`,
          column: null,
          count,
          values: { lines: listOf(lines, count) },
        },
      ];

/** Number of sheets that a notice lists. */
const LISTED_SHEETS = 10;
/** Number of files in a zip file that a notice lists. */
const LISTED_MEMBERS = 10;
/** Maximum number of characters of a file name that a notice shows. */
const SHOWN_CHARACTERS = 100;

/** A notice about the sheets that were not imported although they have a SKU column, unless the client has chosen the sheet. */
export function sheetNotices({ sheets = [] }: Dialect, { sheet }: Pick<DialectOverrides, "sheet">): Notice[] {
  const others = sheets.filter(({ read, has_sku }) => !read && has_sku === true);
  if (sheet !== undefined || others.length === 0) return [];
  const listed = others.slice(0, LISTED_SHEETS).map(({ name }) => `"${name}"`);
  const more = others.length > LISTED_SHEETS ? ` and ${others.length - LISTED_SHEETS} more` : "";
  return [
    {
      code: "other_sheets",
      message: `Further sheets have a SKU column and are not imported: ${listed.join(", ")}${more}. To import one of them, choose that sheet (option sheet).`,
      column: null,
      count: null,
      values: { sheets: `${listed.join(", ")}${others.length > LISTED_SHEETS ? ", …" : ""}` },
    },
  ];
}

/** Notices about the other tables of a zip file. */
export function memberNotices({ members = [] }: Dialect): Notice[] {
  const next = members.filter(({ order }) => order !== undefined && order > 0);
  const others = members.filter(({ order }) => order === undefined);
  const noticeOf = (code: Notice["code"], named: typeof members, message: (list: string) => string): Notice[] => {
    if (named.length === 0) return [];
    const listed = named.slice(0, LISTED_MEMBERS).map(({ name }) => `"${cutText(name, SHOWN_CHARACTERS)}"`);
    const more = named.length > LISTED_MEMBERS ? ` and ${named.length - LISTED_MEMBERS} more` : "";
    const values = { members: `${listed.join(", ")}${named.length > LISTED_MEMBERS ? ", …" : ""}` };
    return [{ code, message: message(`${listed.join(", ")}${more}`), column: null, count: named.length, values }];
  };
  return [
    ...noticeOf(
      "next_members",
      next,
      (list) =>
        `Further tables of the zip file are imported after this one, each by an import of its own: ${list}. They are not imported if this import fails or is cancelled.`,
    ),
    ...noticeOf(
      "other_members",
      others,
      (list) =>
        `Further tables of the zip file are not imported, because no SKU column was recognized in them, they have no rows, or the limit of 20 imports from one zip file was reached: ${list}. To import one of them, choose that file (option member).`,
    ),
  ];
}

/** Number of values that a notice lists. */
const LISTED_VALUES = 5;

/** Notices about texts that were kept although the value map does not contain them. */
export const unknownNotices = ({ columns }: Pick<Layout, "columns">, unknown: readonly UnknownValues[]): Notice[] =>
  unknown.slice(0, MAX_NOTICES).map(({ statement, column, count, texts }) => {
    const listed = texts.slice(0, LISTED_VALUES).map((text) => `"${text}"`);
    const more = texts.length > LISTED_VALUES ? ", …" : "";
    return {
      code: "unknown_value",
      message: `The value map of "${statement}" does not contain ${listed.join(", ")}${more}, so these values are imported unchanged.`,
      column: columns[column]?.name ?? null,
      count,
      values: { listed: `${listed.join(", ")}${more}` },
    };
  });
