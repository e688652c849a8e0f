// Finds out why a readable table cannot be imported at all, or which question it raises before anything is written.
import type { Table } from "../read/read-records.ts";
import { cutText } from "../../../contract/faults.ts";
import { REJECT_CODES, type Column, type Dialect } from "../../../contract/imports/imports.ts";
import type { Candidate } from "../../../contract/imports/question.ts";
import { Problem } from "../../../contract/problems.ts";
import { describeOtherSheets } from "../read/workbook/other-sheets.ts";
import type { MappingPlan } from "../mapping/plan.ts";
import { elementCandidates, questionOfLists } from "./profile/list-columns.ts";
import { recordKinds } from "./profile/record-kinds.ts";
import { questionOfSimilarLists } from "./profile/similar-lists.ts";
import { doubtOfKey, type KeyDoubt, type KeyFigures } from "../read/columns/key/judge-key.ts";
import { doubtOfVariants } from "./profile/variants-of-sku.ts";
import { nameCandidates } from "../read/columns/judge-name.ts";
import { countKnownNames } from "../read/columns/column-claims.ts";
import { describeLines } from "../read/detect/documents.ts";
import { findMixedDelimiters, hasQuotedLines } from "../read/detect/mixed-delimiters.ts";
import { MAX_FIELDS } from "../read/split-records.ts";
import { because } from "../../../contract/problem-reasons.ts";

/** The parts of a table that show whether the table can be imported. */
type ReadableTable = Pick<Table, "header" | "header_fault" | "header_line" | "last_cell" | "rows"> & {
  columns: readonly Column[];
  plan?: MappingPlan | null;
};

/** Returns the problem of a table whose records cannot be scanned. @returns undefined if they can be scanned
 * @param isKeyChosen whether the user has chosen the key, so that it is not in doubt */
export function problemOfTable(table: ReadableTable, dialect: Dialect, isKeyChosen = false): Problem | undefined {
  if (table.header_fault !== null) {
    const width = MAX_FIELDS.toLocaleString("en");
    const reason =
      table.header_fault === "too_many_fields"
        ? `it has more than ${width} columns${strayCell(table)}. Delete the columns that are not needed`
        : `${REJECT_CODES[table.header_fault]}. Fix that line in the file`;
    return new Problem(
      "bad-header",
      `The column names cannot be read. Line ${table.header_line}: ${reason}, or choose the correct delimiter, quote and encoding, then import the file again.`,
      {
        extra:
          table.header_fault === "too_many_fields"
            ? because("header-too-wide", { line: table.header_line, columns: MAX_FIELDS })
            : because("header-line", { line: table.header_line }),
      },
    );
  }
  return (
    problemOfDelimiters(table, dialect) ??
    (isKeyChosen ? undefined : problemOfText(table, dialect)) ??
    questionOfLists(table, dialect) ??
    (isKeyChosen ? undefined : questionOfSimilarLists(table, dialect)) ??
    (isKeyChosen ? undefined : hasSku(table) ? problemOfKey(table) : noSkuColumn(table, dialect))
  );
}

const hasSku = ({ columns }: ReadableTable): boolean => columns.some(({ target }) => target === "sku");

/** A file counts as a table only if at least this share of its rows has as many cells as the header. */
const MIN_FITTING = 0.8;

/** Returns the problem of a text that is not a table: a log, source code or prose. */
function problemOfText({ header, columns, rows }: ReadableTable, dialect: Dialect): Problem | undefined {
  const known = countKnownNames(header);
  if (dialect.line_ending === "row" || known > 1) return undefined;
  const first = dialect.header ? [header] : [];
  const fitting = rows.filter((cells) => cells.length === columns.length).length;
  // Blanks and colons are not taken for delimiters, because they occur in prose as often as in tables.
  const isTable =
    columns.length > 1 && !/^[ :]$/.test(dialect.delimiter) && fitting > 0 && fitting >= rows.length * MIN_FITTING;
  // Rows of a table can look like source code, such as `case-001,3` or `A-1,{"size": 3}`.
  if (isTable && dialect.header && known > 0) return undefined;
  const message = describeLines(
    [...first, ...rows].map((cells) => cells.join(dialect.delimiter)).filter((line) => line.trim() !== ""),
    isTable,
  );
  return message === undefined ? undefined : new Problem("unsupported-file", message, { extra: because("other-text") });
}

/** Names the last filled cell of a header that has too many columns. Often, the cause is a single forgotten cell far to the right. */
const strayCell = ({ last_cell }: ReadableTable): string =>
  last_cell === null
    ? ""
    : `, and the last one that is filled is column ${last_cell.column.toLocaleString("en")}: "${cutText(last_cell.text, SHOWN_CHARACTERS)}"`;

function problemOfDelimiters(table: ReadableTable, dialect: Dialect): Problem | undefined {
  if (hasQuotedLines(table, dialect)) {
    return new Problem(
      "bad-header",
      "Each line of the file is enclosed in quotes, so the file has only one column. Remove the quotes around the lines, or export the file again with each value in its own cell, then import it again.",
      { extra: because("quoted-lines") },
    );
  }
  const found = findMixedDelimiters(table, dialect);
  return (
    found &&
    new Problem(
      "bad-header",
      `The header is written with ${found.header}, the rows with ${found.rows}. Use the same delimiter in all lines of the file, then import it again.`,
      { extra: because("mixed-delimiters") },
    )
  );
}

/** Returns a question if another column is more likely to contain the keys.
 * @param figures counts for the SKU column in the whole file. Before the scan they are unknown, and only the first rows are judged */
export function problemOfKey(table: ReadableTable, figures?: KeyFigures): Problem | undefined {
  const { columns, rows } = table;
  const doubt = doubtOfKey(columns, rows, figures);
  const variants = doubtOfVariants(table, figures);
  if (doubt === undefined && variants === undefined) return undefined;
  const { detail, candidates } = doubt ?? (variants as KeyDoubt);
  const joined = doubt === undefined ? [] : (variants?.candidates.slice(1) ?? []);
  return new Problem(
    "key-in-doubt",
    `It is unclear which column contains the SKU: ${detail}. Choose the column with the SKUs (option key).`,
    { extra: question("key", [...candidates, ...joined]) },
  );
}

/** The members of a problem that the user can answer with an option. */
const question = (option: "key" | "name", candidates: readonly Candidate[]): Record<string, unknown> => ({
  option,
  candidates,
});

/** Maximum number of header cells that a problem lists. An import and its problem are sent to clients at each change. */
const SHOWN_HEADERS = 50;
/** Maximum number of characters of a header cell that a problem shows. */
const SHOWN_CHARACTERS = 100;

function noSkuColumn({ header, columns, rows }: ReadableTable, dialect: Dialect): Problem {
  if ([header, ...rows].every((cells) => cells.every((cell) => cell.trim() === ""))) {
    return new Problem(
      "empty-file",
      "All cells of the file are blank. Check the program that exported it, then import the file again.",
      { extra: because("blank-cells") },
    );
  }
  // Do not offer the column of a table with one column: either the delimiter is wrong, or the file contains nothing but SKUs under another
  // name.
  const suggested = columns.length < 2 ? [] : (doubtOfKey(columns, rows)?.candidates ?? []);
  const candidates = [...elementCandidates({ header, columns, rows }, dialect), ...suggested];
  const asked = candidates.length === 0 ? {} : question("key", candidates);
  const kinds = recordKinds(dialect.header ? [header, ...rows] : rows);
  if (kinds !== undefined) {
    const list = kinds.join(", ");
    return new Problem(
      "no-sku-column",
      `The file has no line with column names, and its first column seems to contain the kind of each row (${list}), as in DATANORM. Import the file with a mapping that names the columns and describes the rows of each kind, such as {"file": {"header": {"names": ["kind", "change", "number", "text"], "data": 1}}, "kinds": {"by": "kind", "when": {"${kinds[0] as string}": {"name": "text"}}, "else": "ignore"}, "key": "number", "repeats": "merge"}.`,
      { extra: because("record-kinds", { kinds: list }) },
    );
  }
  if (!dialect.header) {
    return new Problem(
      "no-sku-column",
      `The file has no line with column names, so it is unknown which column contains the SKU (number of columns: ${columns.length}). Add a first line with the column names (sku, name, …) and import the file again.${describeOtherSheets(dialect)}`,
      { extra: { ...asked, ...because("no-header", { columns: columns.length }) } },
    );
  }
  if (dialect.format === "json" && dialect.tree?.record === "") {
    return new Problem(
      "no-sku-column",
      `The file is a JSON object that is read as one record, and this record has no SKU column. If each member of an object in the file is a product, name the path of these members in a mapping, such as {"file": {"kind": "json", "record": "products/*"}, "key": "@key"}; the path of the members of the outermost object is "*". Otherwise, choose the column with the SKUs (option key). Columns found: ${listed(header)}.`,
      { extra: { headers: shownHeaders(header), ...asked, ...because("json-one-record") } },
    );
  }
  return new Problem(
    "no-sku-column",
    `The file has no SKU column. Choose the column with the SKUs (option key), or rename it to "sku", and import the file again. Columns found: ${listed(header)}.${describeOtherSheets(dialect)}`,
    { extra: { headers: shownHeaders(header), ...asked } },
  );
}

/** Returns the problem of a file that creates products but has no name column. */
export function noNameColumn({ header, columns, rows }: ReadableTable): Problem {
  const others = nameCandidates(columns, rows);
  // If no other column can contain the names, the SKU column may: products without codes can have their names as SKUs.
  const keys = columns.map((column): Column => (column.target === "sku" ? { ...column, target: "attribute" } : column));
  const candidates = others.length > 0 ? others : nameCandidates(keys, rows);
  return new Problem(
    "name-in-doubt",
    `It is unclear which column contains the product names, and new products need names. Choose the column with the names (option name), or rename it to "name", and import the file again. To change existing products only, import the file with mode "update". Columns found: ${listed(header)}.`,
    { extra: { headers: shownHeaders(header), ...question("name", candidates) } },
  );
}

const shownHeaders = (header: readonly string[]): string[] =>
  header.slice(0, SHOWN_HEADERS).map((name) => cutText(name, SHOWN_CHARACTERS));

function listed(header: readonly string[]): string {
  const shown = shownHeaders(header).map((name) => `"${name}"`);
  return `${shown.join(", ")}${header.length > SHOWN_HEADERS ? ` and ${header.length - SHOWN_HEADERS} more` : ""}`;
}
