// Several paths in `each`, which name the elements that become rows.
import { expect, test } from "vitest";
import { readCells } from "../../support/read-cells.ts";
import { areNested, parsePaths } from "../../../src/imports/read/tree/requested-path.ts";

const request = { paths: ["k"], objects: [], keeps: false, tables: [] };

test("elements at several paths become rows, path by path and once each", async () => {
  const text = '{"main":{"k":"a"},"v":[{"k":"b"},{"k":"c"}]}\n{"v":[{"k":"d"}]}\n';
  const { cells } = await readCells(text, { tree: { ...request, each: "main|v/*|main" } });
  expect(cells).toEqual([["a"], ["b"], ["c"], ["d"]]);
});

test("a record and the elements in it can both become rows", async () => {
  const text = "<r><p><k>a</k><v><w><k>b</k></w><w><k>c</k></w></v></p><p><k>d</k></p></r>";
  const { cells } = await readCells(text, { tree: { ...request, record: "p", each: ".|v/w" } });
  expect(cells).toEqual([["a"], ["b"], ["c"], ["d"]]);
});

test.each([
  [".|v/w", true],
  ["v|v/*", true],
  ["v/*|w/*", false],
  ["v/w|v/word", false],
  ["v|./v", false],
  ["a[@x='1|2']|b", false],
])("whether the rows of %s contain other rows: %s", (text, expected) => {
  expect(areNested(parsePaths(text))).toBe(expected);
});
