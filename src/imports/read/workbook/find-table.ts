// Where the table is in a sheet: its header, and how wide it is.
import { createHash } from "node:crypto";
import type { DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { detectHeader, detectPreamble } from "../detect/detect-header.ts";
import { matchColumns } from "../columns/match-columns.ts";
import { MAX_FIELDS } from "../split-records.ts";
import type { SheetRow } from "./read-sheet.ts";

export interface SheetTable {
  /** Rows up to this one are no part of the table. */
  preamble: number;
  /** Number of the row that names the columns; undefined = no row does. */
  header: number | undefined;
  /** Equal for sheets whose headers are equal. A hash, because hundreds of sheets may have headers of a megabyte. */
  columns: string | undefined;
  has_sku: boolean;
  width: number;
}

/** Rows and characters that are inspected. */
export const HEAD_ROWS = 1000;
export const HEAD_LENGTH = 4_000_000;

/** @param rows the sheet's first ones that are not blank; undefined where there is none
 * @throws Problem bad-header */
export function findTable(
  rows: readonly SheetRow[],
  { preamble: said, header: saysHeader }: DialectOverrides,
): SheetTable | undefined {
  const filled = rows.filter(({ cells }) => cells.length > 0).map(({ number, cells }) => ({ line: number, cells }));
  const preamble = said ?? detectPreamble(filled);
  const below = filled.filter(({ line }) => line > preamble);
  const first = below[0];
  if (first === undefined) return undefined;
  const header = (saysHeader ?? detectHeader(below)) ? first : undefined;
  if (header !== undefined) refuseWideHeader(rows, header.line);
  return {
    // Rows above the first that is filled hold cells far to the right only
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
    `Row ${line}, which names the columns, has a cell in column ${beyond.column + 1}. A table has at most ${MAX_FIELDS.toLocaleString("en")} columns. Delete the columns after that, or move the cell.`,
  );
}
