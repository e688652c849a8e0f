// Finds the rows of a header with merged cells and joins their names: below `Price`, merged over two columns, `net` and `gross`
// become `Price net` and `Price gross`.
import { countKnownNames } from "../../columns/column-claims.ts";
import { matchColumns } from "../../columns/match-columns.ts";
import { MAX_FIELDS } from "../../split-records.ts";
import type { SheetRow } from "../read-sheet.ts";
import type { MergedRange } from "./read-merged.ts";

/** Maximum number of rows of a header. A merged cell over more rows is a label beside a table. */
export const MAX_HEADER_ROWS = 5;
/** Maximum number of characters of all names. A longer header cannot be read anyway. */
const MAX_NAMES_LENGTH = 1_000_000;

export interface JoinedHeader {
  /** Numbers of the rows of the header, in ascending order. */
  lines: readonly number[];
  names: string[];
}

export interface HeaderPlace {
  /** Number of the row that was detected as the header. */
  row: number;
  /** Numbers of the rows of the header; if undefined, the merged cells determine the rows. */
  lines: readonly number[] | undefined;
  /** Whether rows above `row` may be part of the header. */
  may_begin_above: boolean;
}

/**
 * @param rows the first rows of the sheet that are not blank
 * @param ranges the ranges of merged cells near the header
 * @returns undefined if the header is an ordinary row
 */
export function joinHeader(
  rows: readonly SheetRow[],
  ranges: readonly MergedRange[],
  place: HeaderPlace,
): JoinedHeader | undefined {
  const grid = createGrid(rows, ranges, place.row);
  const lines = place.lines?.filter((line) => grid.cells(line).length > 0) ?? headerLines(grid, place);
  const columns = columnPieces(grid, lines);
  if (columns === undefined || lines.length === 0) return undefined;
  const joined = columns.map((pieces) => pieces.join(" "));
  if (lines.length === 1 && joined.every((name, column) => name === (grid.cells(place.row)[column] ?? "").trim()))
    return undefined;
  const lowest = columns.map((pieces) => pieces.at(-1) ?? "");
  return { lines, names: place.lines === undefined && fitsBetter(lowest, joined, columns) ? lowest : joined };
}

interface Grid {
  cells(row: number): readonly string[];
  /** The merged ranges that overlap the row and contain a name. */
  ranges(row: number): readonly MergedRange[];
  name(range: MergedRange): string;
  /** The merged range that contains the cell. */
  rangeAt(row: number, column: number): MergedRange | undefined;
  /** Whether the column has a filled cell in any row below this row. */
  isFilledBelow(row: number, column: number): boolean;
}

/** Looks up cells and ranges in the rows that can belong to the header. */
function createGrid(rows: readonly SheetRow[], ranges: readonly MergedRange[], header: number): Grid {
  const byNumber = new Map(rows.map(({ number, cells }) => [number, cells]));
  const lastFilled: number[] = [];
  for (const { number, cells } of rows) {
    for (const column of filledColumns(cells)) lastFilled[column] = number;
  }
  const cells = (row: number): readonly string[] => byNumber.get(row) ?? [];
  const name = ({ top, left }: MergedRange): string => (cells(top)[left] ?? "").trim();
  const byRow = new Map<number, MergedRange[]>();
  const byCell = new Map<number, MergedRange>();
  // The ranges of a valid sheet do not overlap, so they cover at most the cells of the rows that can belong to the header. Ignore ranges
  // that cover more cells in total: this bounds the work for a hostile sheet.
  let free = MAX_FIELDS * MAX_HEADER_ROWS * 2;
  for (const range of ranges) {
    const { top, bottom, left, right } = range;
    const isNear = top > header - MAX_HEADER_ROWS && bottom < header + MAX_HEADER_ROWS;
    free -= isNear ? (bottom - top + 1) * (right - left + 1) : 0;
    if (!isNear || name(range) === "" || free < 0) continue;
    for (let row = top; row <= bottom; row++) {
      const ofRow = byRow.get(row) ?? [];
      ofRow.push(range);
      byRow.set(row, ofRow);
      for (let column = left; column <= right; column++) byCell.set(row * MAX_FIELDS + column, range);
    }
  }
  return {
    cells,
    ranges: (row) => byRow.get(row) ?? [],
    name,
    rangeAt: (row, column) => byCell.get(row * MAX_FIELDS + column),
    isFilledBelow: (row, column) => (lastFilled[column] ?? 0) > row,
  };
}

function headerLines(grid: Grid, { row, may_begin_above }: HeaderPlace): number[] {
  const lines = [row];
  while (lines.length < MAX_HEADER_ROWS && belongTogether(grid, lines.at(-1) as number))
    lines.push((lines.at(-1) as number) + 1);
  while (may_begin_above && lines.length < MAX_HEADER_ROWS && belongTogether(grid, (lines[0] as number) - 1))
    lines.unshift((lines[0] as number) - 1);
  return lines;
}

/** Whether a row and the next row belong to the same header: a merged cell covers both rows, or a merged cell of the upper row is above
 * several names in the lower row. */
function belongTogether(grid: Grid, upper: number): boolean {
  const filled = filledColumns(grid.cells(upper + 1));
  const filledAbove = filledColumns(grid.cells(upper));
  const [first] = filled;
  const last = filled.at(-1);
  if (first === undefined || last === undefined || filledAbove.length === 0) return false;
  // Compare the upper row with the row below it. If a column has text in both rows, and the upper cell is not merged, the upper text is a
  // column name and the lower text is a value. This does not apply if the lower row contains column names too.
  const isAboveValue = filledAbove.some(
    (column) => filled.includes(column) && grid.rangeAt(upper, column) === undefined,
  );
  if (isAboveValue && countKnownNames(grid.cells(upper + 1)) === 0) return false;
  const [left, right] = [Math.min(first, ...filledAbove), Math.max(last, ...filledAbove)];
  return grid.ranges(upper).some((range) => {
    if (range.bottom > upper) return true;
    const below = filled.filter((column) => column >= range.left && column <= range.right);
    const isWide = range.left <= left && (filledAbove.length === 1 || range.right >= right);
    return below.length > 1 && (!isWide || completesSku(grid.name(range), grid.cells(upper + 1)));
  });
}

/** Whether a name that is merged over the first or over all columns is part of the SKU column's name, as `Article` above `Number`.
 * Otherwise it is a title above the table. */
function completesSku(name: string, below: readonly string[]): boolean {
  const joined = below.map((cell) => `${name} ${cell}`);
  return fieldsOf(below)[0] === -1 && fieldsOf(joined)[0] !== -1;
}

const filledColumns = (cells: readonly string[]): number[] =>
  cells.flatMap((cell, column) => (cell.trim() === "" ? [] : [column]));

/** Returns the names in each column, from top to bottom. The name of a merged cell counts for each column that the cell covers, and only
 * once if the cell covers several rows. Returns undefined if the names are too long. */
function columnPieces(grid: Grid, lines: readonly number[]): string[][] | undefined {
  const columns: string[][] = [];
  let length = 0;
  for (const row of lines) {
    const cells = grid.cells(row);
    const width = Math.max(cells.length, ...grid.ranges(row).map(({ right }) => right + 1));
    for (let column = 0; column < width; column++) {
      const range = grid.rangeAt(row, column);
      const text =
        range === undefined
          ? (cells[column] ?? "").trim()
          : nameAt(grid, range, row === lines.find((line) => line >= range.top), column);
      while (columns.length <= column) columns.push([]);
      if (text !== "") columns[column]?.push(text);
      length += text.length + 1;
      if (length > MAX_NAMES_LENGTH) return undefined;
    }
  }
  while (columns.at(-1)?.length === 0) columns.pop();
  return columns;
}

/**
 * Returns the name that a merged cell gives to one of its columns. If a column other than the first is blank below the merged cell, returns
 * an empty string, because the column belongs to the column before it.
 * @param isFirst whether this is the first row of the header in the range
 */
function nameAt(grid: Grid, range: MergedRange, isFirst: boolean, column: number): string {
  if (!isFirst) return "";
  return column === range.left || grid.isFilledBelow(range.bottom, column) ? grid.name(range) : "";
}

/** Whether the lowest row of the header shows which columns contain the SKU and the name of a product, while the names joined from all
 * header rows do not show it. */
function fitsBetter(lowest: readonly string[], joined: readonly string[], columns: readonly string[][]): boolean {
  const filled = lowest.filter((name) => name !== "");
  if (new Set(filled).size < filled.length) return false;
  const [sku, name] = fieldsOf(lowest);
  const [joinedSku, joinedName] = fieldsOf(joined);
  if (sku === -1 || (joinedSku !== -1 && (joinedName !== -1 || name === -1))) return false;
  const groupOf = (column: number): string => (columns[column] as string[]).slice(0, -1).join(" ");
  // A name column in a group such as "Supplier" does not contain the names of products.
  return joinedSku === -1 || groupOf(name) === groupOf(sku);
}

function fieldsOf(names: readonly string[]): [sku: number, name: number] {
  const targets = matchColumns(names).map(({ target }) => target);
  return [targets.indexOf("sku"), targets.indexOf("name")];
}
