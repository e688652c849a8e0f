import { expect, test } from "vitest";
import { parseClipboard, placeCells } from "./pasted-cells.ts";

test.each([
  ["a", [["a"]]],
  ["a\r\nb\r\n", [["a"], ["b"]]],
  [
    "a\tb\nc\t\n",
    [
      ["a", "b"],
      ["c", ""],
    ],
  ],
  ['"two\nlines"\tx', [["two\nlines", "x"]]],
  ['"say ""yes"""', [['say "yes"']]],
  ['5" hose\n7"', [['5" hose'], ['7"']]],
  ['"open\tx', [['"open', "x"]]],
  ["a\n\nb", [["a"], [""], ["b"]]],
  ["", []],
])("%j is the cells %j", (text, cells) => {
  expect(parseClipboard(text)).toEqual(cells);
});

const COLUMNS = [
  { id: "name", is_editable: true },
  { id: "updated_at", is_editable: false },
  { id: "attributes.price", is_editable: true },
];

test("a column goes down the rows, and what has no row is counted", () => {
  const { placed, left_over } = placeCells([["x"], ["y"], ["z"]], ["A", "B"], COLUMNS);
  expect(placed).toEqual([
    { sku: "A", column: "name", text: "x" },
    { sku: "B", column: "name", text: "y" },
  ]);
  expect(left_over).toBe(1);
});

test("one value fills all rows; a column that cannot be edited is passed over", () => {
  expect(placeCells([["x", "y", "z"]], ["A", "B"], COLUMNS).placed).toEqual([
    { sku: "A", column: "name", text: "x" },
    { sku: "A", column: "attributes.price", text: "z" },
    { sku: "B", column: "name", text: "x" },
    { sku: "B", column: "attributes.price", text: "z" },
  ]);
});
