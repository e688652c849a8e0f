// Finds the table in a sheet: the rows above it, its header, and its width.
import { createHash } from "node:crypto";
import type { DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { detectHeader, detectPreamble } from "../detect/detect-header.ts";
import { matchColumns } from "../columns/match-columns.ts";
import type { Row } from "../detect/score-dialect.ts";
import { MAX_FIELDS } from "../split-records.ts";
import { joinHeader, type JoinedHeader } from "./merged/join-header.ts";
import type { MergedRange } from "./merged/read-merged.ts";
import type { SheetRow } from "./read-sheet.ts";
import { because } from "../../../../contract/problem-reasons.ts";

export interface SheetTable {
  /** Number of the last row above the table, 0 for none. */
  preamble: number;
  /** Number of the header row, the last one if there are several; undefined if the table has no header. */
  header: number | undefined;
  /** The names of a header with merged cells. For an ordinary header, its cells are the names. */
  joined: JoinedNames | undefined;
  /** Hash of the header, for comparing the headers of sheets. The headers themselves could take too much memory: hundreds of
   * sheets may have headers of a megabyte each. */
  columns: string | undefined;
  has_sku: boolean;
  has_name: boolean;
  has_records: boolean;
  width: number;
}

export interface JoinedNames {
  names: string[];
  /** The cells of each row of the header. A sheet may repeat these rows on each page. */
  rows: readonly (readonly string[])[];
}

/** Maximum number of rows at the start of a sheet that are searched for the table. */
export const HEAD_ROWS = 1000;
/** Maximum number of characters in the first HEAD_ROWS rows. */
export const HEAD_LENGTH = 4_000_000;

/**
 * @param rows the first rows of the sheet that are not blank
 * @param ranges the ranges of merged cells near the header
 * @returns undefined for a sheet without a table
 * @throws Problem bad-header
 */
export function findTable(
  rows: readonly SheetRow[],
  ranges: readonly MergedRange[],
  overrides: DialectOverrides,
): SheetTable | undefined {
  const filled = rows.filter(({ cells }) => cells.length > 0).map(({ number, cells }) => ({ line: number, cells }));
  const preamble = overrides.preamble ?? detectPreamble(filled);
  const below = filled.filter(({ line }) => line > preamble);
  const first = below[0];
  if (first === undefined) return undefined;
  // The preamble includes further rows if all their cells are beyond the last column that a table may have.
  const titles = Math.max(preamble, first.line - 1);
  const table = { preamble: titles, joined: undefined, width: widthOf(below) };
  if (!(overrides.header ?? detectHeader(below))) {
    return { ...table, header: undefined, columns: undefined, has_sku: false, has_name: false, has_records: true };
  }
  refuseWideHeader(rows, first.line);
  const joined = joinHeader(rows, ranges, {
    row: first.line,
    lines: overrides.header_at,
    may_begin_above: overrides.preamble === undefined,
  });
  const names = joined?.names ?? first.cells;
  const targets = new Set(matchColumns(names).map(({ target }) => target));
  const header = joined?.lines.at(-1) ?? first.line;
  return {
    ...table,
    preamble: (joined?.lines[0] ?? titles + 1) - 1,
    header,
    joined: joined && { names, rows: cellsOf(rows, joined) },
    columns: createHash("sha256").update(JSON.stringify(names)).digest("hex"),
    has_sku: targets.has("sku"),
    has_name: targets.has("name"),
    has_records: below.some(({ line }) => line > header),
    width: Math.max(names.length, widthOf(below.filter(({ line }) => line >= header))),
  };
}

const widthOf = (rows: readonly Row[]): number => rows.reduce((width, { cells }) => Math.max(width, cells.length), 0);

const cellsOf = (rows: readonly SheetRow[], { lines }: JoinedHeader): string[][] =>
  rows.filter(({ number }) => lines.includes(number)).map(({ cells }) => cells);

function refuseWideHeader(rows: readonly SheetRow[], line: number): void {
  const beyond = rows.find(({ number }) => number === line)?.beyond;
  if (beyond === undefined) return;
  throw new Problem(
    "bad-header",
    `The header in row ${line} has a cell in column ${beyond.column + 1}. A table can have at most ${MAX_FIELDS.toLocaleString("en")} columns. Delete the columns after the last allowed one, or move the cell.`,
    { extra: because("header-too-wide", { line, columns: MAX_FIELDS }) },
  );
}
