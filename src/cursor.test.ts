import { expect, test } from "vitest";
import { decodeCursor, decodeIntegerCursor, encodeCursor, toPage } from "./cursor.ts";

const NOT_A_CURSOR = /^\/querystring\/cursor: This cursor does not belong to this list/;

test("a decoded cursor has the key that was encoded", () => {
  for (const key of [[7], ["näme", "SKU-1", null], []])
    expect(decodeCursor("imports", encodeCursor("imports", key))).toEqual(key);
});

test.each([
  ["", "an empty string"],
  ["x", "a string that is not JSON"],
  [Buffer.from("7").toString("base64url"), "a JSON value other than an array"],
  [Buffer.from('["imports","a\\u0000"]').toString("base64url"), "a string with NUL"],
  [Buffer.from('["imports",[1]]').toString("base64url"), "a nested value"],
  [encodeCursor("operations", [7]), "a cursor of another list"],
])("the cursor %j is refused: %s", (cursor) => {
  expect(() => decodeCursor("imports", cursor)).toThrow(NOT_A_CURSOR);
});

test.each([[[-1]], [[1.5]], [["1"]], [[1, 2]], [[]], [[101]]])(
  "a cursor with the key %j is refused by a list that is ordered by one integer",
  (key) => {
    expect(() => decodeIntegerCursor("imports", encodeCursor("imports", key), 100)).toThrow(NOT_A_CURSOR);
  },
);

test("next_cursor is null only on the last page", () => {
  const page = (ids: number[]) => toPage("imports", ids, 2, (id) => [id]);
  expect(page([9, 8])).toEqual({ items: [9, 8], next_cursor: null });
  const { items, next_cursor } = page([9, 8, 7]);
  expect(items).toEqual([9, 8]);
  expect(decodeIntegerCursor("imports", next_cursor ?? "")).toBe(8);
});
