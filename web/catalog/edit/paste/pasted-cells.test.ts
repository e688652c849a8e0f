import { expect, test } from "vitest";
import { assignCells, parseClipboard, readCells } from "./pasted-cells.ts";

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
])("%j is parsed as %j", (text, cells) => {
  expect(parseClipboard(text)).toEqual(cells);
});

const COLUMNS = [
  { id: "name", is_editable: true },
  { id: "updated_at", is_editable: false },
  { id: "attributes.price", is_editable: true },
];

test("pasted rows are assigned one by one, and rows without a product are counted", () => {
  const { assigned, left_over } = assignCells([["x"], ["y"], ["z"]], ["A", "B"], COLUMNS);
  expect(assigned).toEqual([
    { sku: "A", column: "name", text: "x" },
    { sku: "B", column: "name", text: "y" },
  ]);
  expect(left_over).toBe(1);
});

test("a single pasted row goes to all products; columns that cannot be edited are skipped", () => {
  expect(assignCells([["x", "y", "z"]], ["A", "B"], COLUMNS).assigned).toEqual([
    { sku: "A", column: "name", text: "x" },
    { sku: "A", column: "attributes.price", text: "z" },
    { sku: "B", column: "name", text: "x" },
    { sku: "B", column: "attributes.price", text: "z" },
  ]);
});

test("pasted texts that a column cannot store are counted for this column", () => {
  const cells = [
    { sku: "A", column: "name", text: "perhaps" },
    { sku: "A", column: "active", text: "perhaps" },
    { sku: "B", column: "active", text: "no" },
    { sku: "B", column: "version", text: "many" },
    { sku: "C", column: "version", text: "few" },
  ];
  const { values, unreadable } = readCells(cells, () => undefined);
  expect(values).toEqual([
    { sku: "A", column: "name", value: "perhaps" },
    { sku: "B", column: "active", value: false },
  ]);
  expect([...unreadable]).toEqual([
    ["active", 1],
    ["version", 2],
  ]);
});
