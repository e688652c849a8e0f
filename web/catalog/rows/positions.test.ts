import { expect, test } from "vitest";
import { entryAt, positionAt, rowOfSku, type Positions } from "./positions.ts";

const positions: Positions = {
  rows: 10_000,
  last_cursor: "end",
  entries: [0, 2500, 5000, 7500].map((row) => ({
    row,
    value: `SKU-${String(row).padStart(5, "0")}`,
    cursor: `at ${String(row)}`,
  })),
};

test("reading begins at the last position before the row; at both ends of the list, the row number is exact", () => {
  expect(entryAt(positions, 6000, 30)).toEqual({ cursor: "at 5000", row: 6000 });
  expect(entryAt(positions, 20, 30)).toEqual({ cursor: null, row: 0 });
  expect(entryAt(positions, 9950, 50)).toEqual({ cursor: "end", row: 9800 });
  expect(entryAt({ ...positions, entries: [] }, 6000, 30)).toEqual({ cursor: null, row: 0 });
});

test("positionAt returns the last position at or before the row", () => {
  expect([0, 2499, 2500, 9999].map((row) => positionAt(positions.entries, row)?.row)).toEqual([0, 0, 2500, 7500]);
  expect(positionAt([], 5)).toBeUndefined();
});

test("a SKU's row is estimated between its neighbours, in both sort orders", () => {
  expect(rowOfSku(positions, "sku-02600", false)).toBe(3750);
  expect(rowOfSku(positions, "zzz", false)).toBe(8750);
  expect(rowOfSku(positions, "a", false)).toBe(0);
  const descending = {
    ...positions,
    entries: positions.entries.map(({ row, ...one }, i) => ({ ...one, row: 7500 - i * 2500 })).reverse(),
  };
  expect(rowOfSku(descending, "SKU-02600", true)).toBe(3750);
});
