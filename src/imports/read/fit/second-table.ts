// Finds a second table below the first one: a blank line, and below it a row of names where the first table has numbers.
import type { Column, Dialect } from "../../../../contract/imports/imports.ts";
import { CR, LF } from "../field-end.ts";
import { recordTexts } from "../field-text.ts";
import type { Records } from "../records.ts";
import { numberColumns } from "./column-shapes.ts";

/** Maximum number of rows that are searched for a second table. The search also ends after MAX_GAPS gaps between rows. */
const MAX_ROWS = 500;
const MAX_GAPS = 5;

/** Returns the line on which a second table seems to begin, or null.
 * @param from index of the first record below the header */
export function findSecondTable(
  records: Records,
  from: number,
  columns: readonly Column[],
  dialect: Dialect,
): number | null {
  const above: string[][] = [];
  let gaps = 0;
  let last = from - 1;
  for (let r = from; r < records.count && r - from < MAX_ROWS && gaps < MAX_GAPS; r++) {
    const cells = records.fault[r] === 0 ? recordTexts(records, r, dialect) : [];
    if (cells.every((cell) => cell.trim() === "")) continue;
    const isBelowGap = above.length > 0 && (r - last > 1 || hasBlankLine(records, last, r));
    last = r;
    if (isBelowGap) {
      gaps++;
      if (areNames(cells, above, columns)) return records.line[r] as number;
    }
    above.push(cells);
  }
  return null;
}

/** Whether there are at least two line ends between two records. */
function hasBlankLine({ bytes, start, end }: Records, above: number, below: number): boolean {
  let lineEnds = 0;
  for (let pos = end[above] as number; pos < (start[below] as number); pos++) {
    if (bytes[pos] === LF || (bytes[pos] === CR && bytes[pos + 1] !== LF)) lineEnds++;
  }
  return lineEnds > 1;
}

/** Whether the cells are texts without digits, although at least one of their columns contains only numbers in the rows above. */
function areNames(
  cells: readonly string[],
  above: readonly (readonly string[])[],
  columns: readonly Column[],
): boolean {
  const filled = cells.filter((cell) => cell.trim() !== "");
  if (filled.length < 2 || filled.some((cell) => /\d/.test(cell))) return false;
  const numbers = numberColumns(above, columns);
  return cells.some((cell, index) => cell.trim() !== "" && numbers.has(index));
}
