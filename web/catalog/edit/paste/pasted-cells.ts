// Parses cells pasted from a spreadsheet and assigns them to cells of the grid.
import { parseCell, type CellValue } from "../cell-value.ts";

/** Parses rows of tab-separated cells, as spreadsheets copy them. A cell that contains a tab or a line break is in quotes. */
export function parseClipboard(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && cell === "" && closesLater(text, at)) quoted = true;
    else if (char === "\t") endCell();
    else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[at + 1] === "\n") at += 1;
      endCell();
      rows.push(row);
      row = [];
    } else cell += char;
  }
  if (cell !== "" || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return rows;
}

/** Whether the quote at `at` begins a quoted cell, which it does only if a matching quote ends the cell. In `5" hose`, the quote means
 * inches. */
const closesLater = (text: string, at: number): boolean => /^"(?:[^"]|"")*"(?=[\t\r\n]|$)/.test(text.slice(at));

export interface PastedCell {
  sku: string;
  column: string;
  text: string;
}

/** Assigns each pasted row to one product, or a single pasted row to all of them, and skips columns that cannot be edited.
 * `left_over` is the number of pasted rows for which there is no product. */
export function assignCells(
  cells: readonly string[][],
  skus: readonly string[],
  columns: readonly { id: string; is_editable: boolean }[],
): { assigned: PastedCell[]; left_over: number } {
  const single = cells.length === 1;
  const assigned = skus.flatMap((sku, at) => {
    const row = cells[single ? 0 : at];
    return (row ?? []).flatMap((text, offset) => {
      const column = columns[offset];
      return column?.is_editable === true ? [{ sku, column: column.id, text }] : [];
    });
  });
  return { assigned, left_over: single ? 0 : Math.max(0, cells.length - skus.length) };
}

/** Converts the texts to values. `unreadable` contains, for each column, the number of texts that the column cannot store.
 * @param valueAt the value that a text replaces */
export function readCells(
  cells: readonly PastedCell[],
  valueAt: (cell: PastedCell) => CellValue,
): {
  values: { sku: string; column: string; value: CellValue }[];
  unreadable: Map<string, number>;
} {
  const values: { sku: string; column: string; value: CellValue }[] = [];
  const unreadable = new Map<string, number>();
  for (const cell of cells) {
    const { sku, column, text } = cell;
    const value = parseCell(column, text, valueAt(cell));
    if (value === undefined) unreadable.set(column, (unreadable.get(column) ?? 0) + 1);
    else values.push({ sku, column, value });
  }
  return { values, unreadable };
}
