// Finds the table in a sheet: the rows above it, its header, and its width.
import { createHash } from "node:crypto";
import type { DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { detectHeader, detectPreamble } from "../detect/detect-header.ts";
import { matchColumns } from "../columns/match-columns.ts";
import { MAX_FIELDS } from "../split-records.ts";
import type { SheetRow } from "./read-sheet.ts";

export interface SheetTable {
  /** Number of the last row above the table, 0 for none. */
  preamble: number;
  /** Number of the header row; undefined if the table has no header. */
  header: number | undefined;
  /** Hash of the header, for comparing the headers of sheets. The headers themselves could take too much memory: hundreds of
   * sheets may have headers of a megabyte each. */
  columns: string | undefined;
  has_sku: boolean;
  width: number;
}

/** Maximum number of rows at the start of a sheet that are searched for the table. */
export const HEAD_ROWS = 1000;
/** Maximum number of characters in these rows. */
export const HEAD_LENGTH = 4_000_000;

/**
 * @param rows the first rows of the sheet that are not blank
 * @returns undefined for a sheet without a table
 * @throws Problem bad-header
 */
export function findTable(
  rows: readonly SheetRow[],
  { preamble: givenPreamble, header: hasHeader }: DialectOverrides,
): SheetTable | undefined {
  const filled = rows.filter(({ cells }) => cells.length > 0).map(({ number, cells }) => ({ line: number, cells }));
  const preamble = givenPreamble ?? detectPreamble(filled);
  const below = filled.filter(({ line }) => line > preamble);
  const first = below[0];
  if (first === undefined) return undefined;
  const header = (hasHeader ?? detectHeader(below)) ? first : undefined;
  if (header !== undefined) refuseWideHeader(rows, header.line);
  return {
    // The rows between the preamble and this row have only cells beyond the last possible column.
    preamble: Math.max(preamble, first.line - 1),
    header: header?.line,
    columns: header && createHash("sha256").update(JSON.stringify(header.cells)).digest("hex"),
    has_sku: header !== undefined && matchColumns(header.cells).some(({ target }) => target === "sku"),
    width: below.reduce((width, { cells }) => Math.max(width, cells.length), 0),
  };
}

function refuseWideHeader(rows: readonly SheetRow[], line: number): void {
  const beyond = rows.find(({ number }) => number === line)?.beyond;
  if (beyond === undefined) return;
  throw new Problem(
    "bad-header",
    `The header in row ${line} has a cell in column ${beyond.column + 1}. A table can have at most ${MAX_FIELDS.toLocaleString("en")} columns. Delete the columns after the last allowed one, or move the cell.`,
  );
}
