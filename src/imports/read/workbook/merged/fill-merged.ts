// Fills cells that are merged over several rows: each row of the range gets the value, as in the spreadsheet. Cells that are merged over
// several columns are not filled, because a row with such a cell is a heading or a note.
import type { SheetRow } from "../read-sheet.ts";
import type { WorkBudget } from "../work-budget.ts";
import { unpackColumn } from "./read-merged.ts";

/** Maximum number of characters that are filled into a row. A longer row is rejected anyway. */
const MAX_FILLED_LENGTH = 1_200_000;

/**
 * Returns a function that fills the cells of a row. Call this function for each row of the sheet, in ascending order.
 * @param columns packed ranges in ascending order of their top rows
 * @param header number of the last row of the header; ranges that begin above the first record are ignored
 */
export function createMergedFill(
  columns: Float64Array,
  header: number,
  budget: Pick<WorkBudget, "countRead">,
): (row: SheetRow) => void {
  /** For each column, the merged range that contains the column's cell in the last row. If ranges overlap, the range that begins in a
   * later row is kept. */
  const open = new Map<number, { bottom: number; text: string; is_value: boolean }>();
  let next = 0;

  const fill = (row: SheetRow): void => {
    const { number, cells } = row;
    let filled = 0;
    for (const [column, { bottom, text, is_value }] of open) {
      if (bottom < number) {
        open.delete(column);
        continue;
      }
      if (filled > MAX_FILLED_LENGTH) continue;
      filled += text.length + Math.max(1, column - cells.length);
      while (cells.length < column) cells.push("");
      cells[column] = text;
      if (is_value || row.values !== undefined) (row.values ??= [])[column] = is_value;
    }
    // Count the characters: a few bytes of the file can fill thousands of cells in each of a million rows.
    budget.countRead(filled);
  };
  const openRanges = ({ number, cells, values }: SheetRow): void => {
    for (; next < columns.length; next++) {
      const { top, bottom, column } = unpackColumn(columns[next] as number);
      if (top > number) return;
      const text = top === number && top > header ? (cells[column] ?? "") : "";
      if (text === "") open.delete(column);
      else open.set(column, { bottom, text, is_value: values?.[column] === true });
    }
  };
  return (row) => {
    // A row without cells of its own stays blank.
    if (open.size > 0 && row.cells.length > 0) fill(row);
    openRanges(row);
  };
}
