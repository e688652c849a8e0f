// Detects where a table starts, and whether its first record is a header. The first record is treated as data only if it contains no known
// column name, and has a number in a column whose other values are mostly numbers.
import { countKnownNames, namesSku } from "../columns/column-claims.ts";
import { isJoinedHeader } from "./mixed-delimiters.ts";
import type { Row } from "./score-dialect.ts";

/** Maximum number of rows above the header. Titles above a table are short; further down, a row with few values is a record. */
const MAX_PREAMBLE_ROWS = 20;

/** Returns the number of lines before the header: rows with few values, above the first row that is filled like a header. */
export function detectPreamble(rows: readonly Row[]): number {
  const first = rows[0];
  if (first === undefined) return 0;
  const below = rowThatNamesSku(rows);
  if (below > 0) return (rows[below] as Row).line - 1 + repeatedLines(rows.slice(below), (rows[below] as Row).line - 1);
  if (countKnownNames(first.cells) > 0) return repeatedLines(rows);
  // The first row is not a title, but a header with a different delimiter from the rows.
  if (isJoinedHeader(first.cells)) return 0;
  const width = medianWidth(rows);
  if (width < 2) return 0;
  const header = rows.slice(0, MAX_PREAMBLE_ROWS).findIndex(({ cells }) => {
    const filled = filledCells(cells);
    return filled >= 2 && (filled >= Math.ceil(width / 2) || countKnownNames(cells) > 0);
  });
  return header <= 0 ? 0 : (rows[header] as Row).line - 1;
}

/**
 * Returns the index of the first row that names the SKU and more fields than the row at the top, or -1. A title or a note may have as
 * many filled cells as a header, but it does not contain column names.
 */
function rowThatNamesSku(rows: readonly Row[]): number {
  const known = countKnownNames(rows[0]?.cells ?? []);
  const found =
    known > 0 && namesSku(rows[0]?.cells ?? [])
      ? 0
      : rows
          .slice(0, MAX_PREAMBLE_ROWS)
          .findIndex(
            ({ cells }) => filledCells(cells) >= 2 && namesSku(cells) && countKnownNames(cells) > Math.max(known, 1),
          );
  return found === -1 ? -1 : clearestHeader(rows, found);
}

/** Maximum number of rows with column names below each other, such as in several languages. */
const MAX_HEADER_ROWS = 4;

/** Compares the consecutive rows from `top` on that all name the SKU. Returns the index of the row with the most known column names. */
function clearestHeader(rows: readonly Row[], top: number): number {
  let best = top;
  for (let at = top + 1; at < Math.min(rows.length, top + MAX_HEADER_ROWS); at++) {
    const { cells } = rows[at] as Row;
    if (!namesSku(cells)) break;
    if (countKnownNames(cells) > countKnownNames((rows[best] as Row).cells)) best = at;
  }
  return best;
}

/** If the first row is a header that the next rows repeat, returns the number of lines to skip after line `above`, so that only the last
 * repetition remains. Otherwise returns 0. */
function repeatedLines(rows: readonly Row[], above = 0): number {
  const header = JSON.stringify(rows[0]?.cells);
  const firstOther = rows.findIndex(({ cells }) => JSON.stringify(cells) !== header);
  return firstOther <= 1 ? 0 : (rows[firstOther - 1] as Row).line - 1 - above;
}

/** Returns whether the first row is a header.
 * @param rows the first rows of the table, without a preamble */
export function detectHeader(rows: readonly Row[]): boolean {
  const [first, ...others] = rows;
  if (first === undefined || countKnownNames(first.cells) > 0) return true;
  const below = others.filter(({ cells }) => cells.length === first.cells.length);
  if (below.length === 0) return true;
  return !first.cells.some((cell, position) => {
    if (!isNumberLike(cell)) return false;
    const values = below.map(({ cells }) => cells[position] as string).filter((value) => value.trim() !== "");
    return values.length > 0 && values.filter(isNumberLike).length >= values.length * 0.7;
  });
}

/** Whether the cell is a number, price, date or time: digits, punctuation and at most a short currency name. */
function isNumberLike(cell: string): boolean {
  const text = cell.trim();
  if (text.length === 0 || text.length > 40 || !/\d/.test(text)) return false;
  const letters = text.replace(/[\d\s.,:;/+%$€£¥()-]/g, "");
  return letters.length === 0 || /^(?:[A-Z]{3}|kr|zł|Fr)$/i.test(letters);
}

function filledCells(cells: readonly string[]): number {
  return cells.filter((cell) => cell.trim() !== "").length;
}

function medianWidth(rows: readonly Row[]): number {
  const widths = rows.map(({ cells }) => cells.length).sort((a, b) => a - b);
  return widths[widths.length >> 1] ?? 0;
}
