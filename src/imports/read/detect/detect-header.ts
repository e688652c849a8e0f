// Where a table starts, and whether its first record names the columns. A header is the rule; only values that look like
// the ones below them, and no known name among them, make a first record data.
import { countKnownNames } from "../columns/match-columns.ts";
import type { Row } from "./score-dialect.ts";

/** A title block is short; further down, a sparse row is a sparse row. */
const MAX_PREAMBLE_ROWS = 20;

/** Lines before the header: rows with next to nothing in them, above the first row that is filled like a header. */
export function detectPreamble(rows: readonly Row[]): number {
  const first = rows[0];
  if (first === undefined) return 0;
  if (countKnownNames(first.cells) > 0) return repeatedLines(rows);
  const width = usualWidth(rows);
  if (width < 2) return 0;
  const header = rows.slice(0, MAX_PREAMBLE_ROWS).findIndex(({ cells }) => {
    const filled = filledCells(cells);
    return filled >= 2 && (filled >= Math.ceil(width / 2) || countKnownNames(cells) > 0);
  });
  return header <= 0 ? 0 : (rows[header] as Row).line - 1;
}

/** A header written twice or more, one below the other: the last one counts. */
function repeatedLines(rows: readonly Row[]): number {
  const header = JSON.stringify(rows[0]?.cells);
  const other = rows.findIndex(({ cells }) => JSON.stringify(cells) !== header);
  return other <= 1 ? 0 : (rows[other - 1] as Row).line - 1;
}

/** @param rows the first rows of the table */
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

/** A number, price, date or time: a digit, and nothing but digits, punctuation and a short currency sign. */
function isNumberLike(cell: string): boolean {
  const text = cell.trim();
  if (text.length === 0 || text.length > 40 || !/\d/.test(text)) return false;
  const letters = text.replace(/[\d\s.,:;/+%$€£¥()-]/g, "");
  return letters.length === 0 || /^(?:[A-Z]{3}|kr|zł|Fr)$/i.test(letters);
}

function filledCells(cells: readonly string[]): number {
  return cells.filter((cell) => cell.trim() !== "").length;
}

function usualWidth(rows: readonly Row[]): number {
  const widths = rows.map(({ cells }) => cells.length).sort((a, b) => a - b);
  return widths[widths.length >> 1] ?? 0;
}
