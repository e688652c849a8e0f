// Recognizes tables whose cells are padded. Many databases print columns of fixed width with a delimiter. Other programs write a blank
// after each delimiter, or a tab at the end of each cell. In such tables, the blanks belong to the layout and not to the values.
import type { Row } from "./score-dialect.ts";

/** Minimum number of filled cells below the header, if the header itself is not padded. */
const MIN_CELLS = 6;
/** Minimum share of padded cells among the filled cells below the header, if the header itself is not padded. */
const MIN_SHARE = 0.8;
/**
 * Minimum share of padded cells among the filled cells of a column whose name is padded. A value that is as long as the column is wide has
 * no padding.
 */
const MIN_COLUMN_SHARE = 0.5;

const isPaddedCell = (cell: string): boolean => /^[ \t]|[ \t]$/.test(cell);

/** @param rows the first rows of the table; the first one is the header, if there is one */
export function isPadded(rows: readonly Row[], hasHeader: boolean): boolean {
  const header = hasHeader ? (rows[0]?.cells ?? []) : [];
  const below = rows.slice(hasHeader ? 1 : 0).map(({ cells }) => cells);
  const filled = below.flatMap((cells) => cells.filter((cell) => cell.trim() !== ""));
  const padded = filled.filter(isPaddedCell).length;
  if (padded === 0) return false;
  if (filled.length >= MIN_CELLS && padded >= filled.length * MIN_SHARE) return true;
  return header.some((name, column) => {
    if (name.trim() === "" || !isPaddedCell(name)) return false;
    const values = below.map((cells) => cells[column] ?? "").filter((cell) => cell.trim() !== "");
    return values.length > 0 && values.filter(isPaddedCell).length >= values.length * MIN_COLUMN_SHARE;
  });
}
