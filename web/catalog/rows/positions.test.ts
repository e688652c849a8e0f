import { expect, test } from "vitest";
import { entryAt, positionAt, rowOfSku, type Positions } from "./positions.ts";

const positions: Positions = {
  rows: 10_000,
  last_cursor: "end",
  at: [0, 2500, 5000, 7500].map((row) => ({
    row,
    value: `SKU-${String(row).padStart(5, "0")}`,
    cursor: `at ${String(row)}`,
  })),
};

test("a row is reached by the position before it, both ends exactly", () => {
  expect(entryAt(positions, 6000, 30)).toEqual({ cursor: "at 5000", row: 6000 });
  expect(entryAt(positions, 20, 30)).toEqual({ cursor: null, row: 0 });
  expect(entryAt(positions, 9950, 50)).toEqual({ cursor: "end", row: 9800 });
  expect(entryAt({ ...positions, at: [] }, 6000, 30)).toEqual({ cursor: null, row: 0 });
});

test("a row's signpost is the position before it", () => {
  expect([0, 2499, 2500, 9999].map((row) => positionAt(positions.at, row)?.row)).toEqual([0, 0, 2500, 7500]);
  expect(positionAt([], 5)).toBeUndefined();
});

test("a SKU's row is guessed between its neighbours, in both orders", () => {
  expect(rowOfSku(positions, "sku-02600", false)).toBe(3750);
  expect(rowOfSku(positions, "zzz", false)).toBe(8750);
  expect(rowOfSku(positions, "a", false)).toBe(0);
  const descending = {
    ...positions,
    at: positions.at.map(({ row, ...one }, i) => ({ ...one, row: 7500 - i * 2500 })).reverse(),
  };
  expect(rowOfSku(descending, "SKU-02600", true)).toBe(3750);
});
