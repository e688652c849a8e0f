// The cursor of the grid: one cell, moved by keys, always inside the grid.

export interface Cursor {
  row: number;
  /** Index among the visible columns. */
  column: number;
}

export interface Extent {
  rows: number;
  columns: number;
}

/** Moves the cursor by rows and columns, up to the edges of the grid. */
export const moveCursor = ({ row, column }: Cursor, rows: number, columns: number, extent: Extent): Cursor => ({
  row: clamp(row + rows, extent.rows),
  column: clamp(column + columns, extent.columns),
});

export function toEdge(
  cursor: Cursor,
  edge: { row: "first" | "last" | null; column: "first" | "last" | null },
  extent: Extent,
): Cursor {
  return {
    row: edge.row === null ? cursor.row : edge.row === "first" ? 0 : Math.max(0, extent.rows - 1),
    column: edge.column === null ? cursor.column : edge.column === "first" ? 0 : Math.max(0, extent.columns - 1),
  };
}

/** The next editable cell in reading order, for the Tab key in the editor. */
export function nextEditable(
  cursor: Cursor,
  step: 1 | -1,
  extent: Extent,
  isEditable: (column: number) => boolean,
): Cursor | null {
  let { row, column } = cursor;
  for (let seen = 0; seen <= extent.columns; seen += 1) {
    column += step;
    if (column < 0 || column >= extent.columns) {
      row += step;
      column = step === 1 ? 0 : extent.columns - 1;
      if (row < 0 || row >= extent.rows) return null;
    }
    if (isEditable(column)) return { row, column };
  }
  return null;
}

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value));
