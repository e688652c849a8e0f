// Where the table stands in a sheet: its header, and how wide it is.
import type { DialectOverrides } from "../../../../contract/imports.ts";
import { detectHeader, detectPreamble } from "../detect-header.ts";
import type { SheetRow } from "./read-sheet.ts";

export interface SheetTable {
  /** Rows up to this one are no part of the table. */
  preamble: number;
  /** Number and cells of the row that names the columns; undefined = none does. */
  header: SheetRow | undefined;
  width: number;
}

/** Rows and characters that are looked at. */
export const HEAD_ROWS = 1000;
export const HEAD_LENGTH = 4_000_000;

/** @param rows the sheet's first ones that are not blank; undefined where there is none */
export function findTable(
  rows: readonly SheetRow[],
  { preamble: said, header: says_header }: DialectOverrides,
): SheetTable | undefined {
  const preamble = said ?? detectPreamble(rows.map(({ number, cells }) => ({ line: number, cells })));
  const below = rows.filter(({ number }) => number > preamble);
  const first = below[0];
  if (first === undefined) return undefined;
  const has_header = says_header ?? detectHeader(below.map(({ number, cells }) => ({ line: number, cells })));
  return {
    preamble,
    header: has_header ? first : undefined,
    width: below.reduce((width, { cells }) => Math.max(width, cells.length), 0),
  };
}
