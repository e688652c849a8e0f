// Determines which kinds of values the columns of a table have. A record with too few fields lacks either the cells at its end or a
// delimiter inside it. In the second case, values are in the wrong columns, and usually one of these values does not have the kind of
// its column.
import type { Column } from "../../../../contract/imports/imports.ts";
import type { Records } from "../records.ts";

const BLANK = 1;
const NUMBER = 2;
const ADDRESS = 4;
const TEXT = 8;

/** For each column, the kinds of its values as bits; 0 if nothing is known about the column. */
export type ColumnShapes = Uint8Array;

/** Maximum number of characters of a value that are inspected. */
const INSPECTED = 24;

/**
 * Determines the kinds of values of each column from the first rows of the file, except rows that do not have a cell for each column. Skips
 * the SKU column and the yes/no column, because their values are often of several kinds in one file.
 */
export function columnShapes(rows: readonly (readonly string[])[], columns: readonly Column[]): ColumnShapes {
  const width = columns.length;
  const shapes = new Uint8Array(width);
  const complete = rows.filter((cells) => cells.length === width);
  for (const cells of complete) {
    for (let column = 0; column < width; column++) {
      const { target } = columns[column] as Column;
      if (target === "sku" || target === "active") continue;
      shapes[column] = (shapes[column] as number) | shapeOf(cells[column] as string);
    }
  }
  return shapes;
}

/** Like `columnShapes`, for a table. The columns of a file with records of several kinds have no shapes. */
export const shapesOf = (table: {
  rows: readonly (readonly string[])[];
  columns: readonly Column[];
  has_kinds?: boolean;
}): ColumnShapes => columnShapes(table.has_kinds === true ? [] : table.rows, table.columns);

/** Returns the indexes of the columns in which all values are numbers. */
export const numberColumns = (rows: readonly (readonly string[])[], columns: readonly Column[]): ReadonlySet<number> =>
  new Set([...columnShapes(rows, columns)].flatMap((shape, index) => ((shape & ~BLANK) === NUMBER ? [index] : [])));

/** Whether the values of the record's fields are of the kinds that their columns have. */
export function fitsColumns(shapes: ColumnShapes, records: Records, firstField: number, count: number): boolean {
  for (let column = 0; column < count; column++) {
    const field = firstField + column;
    const start = records.field_start[field] as number;
    const end = Math.min(records.field_end[field] as number, start + INSPECTED);
    const known = shapes[column] as number;
    if ((known & ~BLANK) === 0) continue;
    const shape = shapeOf(records.bytes.toString("utf8", start, end));
    // A blank cell fits any column, unless it is the last cell of the record. A program that omits blank cells at the end omits all of
    // them, so a blank last cell shows that the record is short for another reason.
    if (shape === BLANK && column < count - 1) continue;
    if ((known & shape) === 0) return false;
  }
  return true;
}

/** Returns the kind of a value. A number, price, date or time counts as NUMBER: digits, and at most three letters, as in a currency. */
function shapeOf(cell: string): number {
  const text = cell.slice(0, INSPECTED).trim();
  if (text === "") return BLANK;
  if (/^(?:https?:|www\.)/i.test(text)) return ADDRESS;
  if (!/\d/.test(text) || /\p{L}[-_/]?\d/u.test(text)) return TEXT;
  return text.replace(/[^\p{L}]/gu, "").length <= 3 ? NUMBER : TEXT;
}
