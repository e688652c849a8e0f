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
  if (isNumbered(first.cells) && isHeaderOf(rows.slice(1))) return (rows[1] as Row).line - 1;
  const below = rowThatNamesSku(rows);
  if (below > 0) return (rows[below] as Row).line - 1 + repeatedLines(rows.slice(below), (rows[below] as Row).line - 1);
  if (countKnownNames(first.cells) > 0) return repeatedLines(rows);
  const named = rowWithNames(rows);
  if (named > 0) return (rows[named] as Row).line - 1;
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

/** Returns the index of the first row that names two fields of a product, or -1. The rows above it may explain the columns. */
const rowWithNames = (rows: readonly Row[]): number =>
  rows.slice(0, MAX_PREAMBLE_ROWS).findIndex(({ cells }) => countKnownNames(cells) > 1);

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

/** Names that a program gives to columns without names: `Column1`, `Field 2`, `Unnamed: 0`. */
const NUMBERED = /^(\D*?)[\s:_.-]*(\d+)$/;

/** Whether the cells are one word with consecutive numbers, or consecutive letters as above the columns of a spreadsheet. */
function isNumbered(cells: readonly string[]): boolean {
  if (cells.length < 2) return false;
  const parts = cells.map((cell) => NUMBERED.exec(cell.trim()));
  const start = Number(parts[0]?.[2]);
  const word = parts[0]?.[1] ?? "";
  if (start <= 1 && word !== "" && parts.every((part, at) => part?.[1] === word && Number(part[2]) === start + at))
    return true;
  return cells.length > 2 && cells.every((cell, at) => cell.trim() === String.fromCharCode(65 + at));
}

/** Whether the first row is certainly a header: its cells are texts, and below one of them are numbers. */
function isHeaderOf(rows: readonly Row[]): boolean {
  const [first, ...others] = rows;
  if (first === undefined || filledCells(first.cells) < 2 || first.cells.some(isNumberLike)) return false;
  if (countKnownNames(first.cells) > 1) return true;
  return first.cells.some((cell, position) => cell.trim() !== "" && areNumbers(others, position));
}

/** Minimum share of numbers in a column of numbers. */
const MIN_NUMBERS = 0.7;

function areNumbers(rows: readonly Row[], position: number): boolean {
  const values = rows.map(({ cells }) => cells[position] ?? "").filter((value) => value.trim() !== "");
  return values.length > 0 && values.filter(isNumberLike).length >= values.length * MIN_NUMBERS;
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
  return !first.cells.some(
    (cell, position) =>
      (isNumberLike(cell) && areNumbers(below, position)) || isCodeLike(cell, cellsBelow(below, position)),
  );
}

const cellsBelow = (rows: readonly Row[], position: number): string[] => rows.map(({ cells }) => cells[position] ?? "");

/** Minimum length of a code that shows that its row is data, and minimum share of the values below it that are built in the same way. */
const MIN_CODE = 5;
const MIN_ALIKE = 0.15;

/** Whether the cell is a code, and enough values below it are built in the same way: `BAG-0001` above `CUP-0002`. */
function isCodeLike(cell: string, values: readonly string[]): boolean {
  const code = cell.trim();
  if (code.length < MIN_CODE || code.length > 40 || !/^(?=.*\d.*\d)\S*\p{L}\S*$/u.test(code)) return false;
  const built = formOf(code);
  return values.filter((value) => formOf(value.trim()) === built).length >= Math.max(1, values.length * MIN_ALIKE);
}

const formOf = (code: string): string => code.replace(/\p{L}/gu, "A").replace(/\d/g, "0");

/** Whether the rows above the table are titles although the table has no header: each has a single cell, and all rows of the table have
 * the same number of cells.
 * @param preamble number of lines above the table */
export function areTitles(rows: readonly Row[], preamble: number): boolean {
  const titles = rows.filter(({ line }) => line <= preamble);
  const table = rows.filter(({ line }) => line > preamble);
  const width = table[0]?.cells.length ?? 0;
  return (
    width > 2 && titles.every(({ cells }) => cells.length === 1) && table.every(({ cells }) => cells.length === width)
  );
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

/** Returns the median number of cells of the rows, without headings, which have a single filled cell. */
function medianWidth(rows: readonly Row[]): number {
  const widths = rows
    .filter(({ cells }) => filledCells(cells) > 1)
    .map(({ cells }) => cells.length)
    .sort((a, b) => a - b);
  return widths[widths.length >> 1] ?? 0;
}
