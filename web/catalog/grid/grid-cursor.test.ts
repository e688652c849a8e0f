import { expect, test } from "vitest";
import { moveCursor, nextEditable, toEdge } from "./grid-cursor.ts";

const EXTENT = { rows: 3, columns: 4 };

test("the cursor stays inside the grid", () => {
  expect(moveCursor({ row: 0, column: 0 }, -1, -1, EXTENT)).toEqual({ row: 0, column: 0 });
  expect(moveCursor({ row: 1, column: 1 }, 1, 1, EXTENT)).toEqual({ row: 2, column: 2 });
  expect(moveCursor({ row: 1, column: 1 }, 99, 99, EXTENT)).toEqual({ row: 2, column: 3 });
});

test("the cursor moves to the edges of the row and of the list", () => {
  expect(toEdge({ row: 1, column: 1 }, { row: null, column: "last" }, EXTENT)).toEqual({ row: 1, column: 3 });
  expect(toEdge({ row: 1, column: 1 }, { row: "last", column: "first" }, EXTENT)).toEqual({ row: 2, column: 0 });
});

test("Tab moves to the next editable cell, across rows", () => {
  const editable = (column: number) => column === 1 || column === 3;
  expect(nextEditable({ row: 0, column: 1 }, 1, EXTENT, editable)).toEqual({ row: 0, column: 3 });
  expect(nextEditable({ row: 0, column: 3 }, 1, EXTENT, editable)).toEqual({ row: 1, column: 1 });
  expect(nextEditable({ row: 0, column: 1 }, -1, EXTENT, editable)).toBeNull();
  expect(nextEditable({ row: 2, column: 3 }, 1, EXTENT, editable)).toBeNull();
  expect(nextEditable({ row: 0, column: 0 }, 1, EXTENT, () => false)).toBeNull();
});
