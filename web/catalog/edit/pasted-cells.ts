// What a spreadsheet puts on the clipboard, and which cells of the grid it goes to.

/** Rows of cells: tabs between cells, line ends between rows, quotes around cells that hold either. */
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
    const sign = text.charAt(at);
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === "" && closesLater(text, at)) quoted = true;
    else if (sign === "\t") endCell();
    else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text[at + 1] === "\n") at += 1;
      endCell();
      rows.push(row);
      row = [];
    } else cell += sign;
  }
  if (cell !== "" || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return rows;
}

/** `5" hose` is a text with an inch in it: a quote counts only where its partner ends a cell. */
const closesLater = (text: string, at: number): boolean => /^"(?:[^"]|"")*"(?=[\t\r\n]|$)/.test(text.slice(at));

export interface PastedCell {
  sku: string;
  column: string;
  text: string;
}

/**
 * One value fills all rows; several go to them one by one, and what has no row is left over. Columns that cannot be edited
 * are passed over without moving the others.
 */
export function placeCells(
  cells: readonly string[][],
  skus: readonly string[],
  columns: readonly { id: string; is_editable: boolean }[],
): { placed: PastedCell[]; left_over: number } {
  const single = cells.length === 1;
  const placed = skus.flatMap((sku, at) => {
    const row = cells[single ? 0 : at];
    return (row ?? []).flatMap((text, offset) => {
      const column = columns[offset];
      return column?.is_editable === true ? [{ sku, column: column.id, text }] : [];
    });
  });
  return { placed, left_over: single ? 0 : Math.max(0, cells.length - skus.length) };
}
