// Tests which values of an XML or JSON file are records: paths with asterisks, and values of a list that are not objects.
import { expect, test } from "vitest";
import { readCells } from "../../../../tests/support/read-cells.ts";
import type { TreeRequest } from "../../../../contract/imports/options.ts";

const request = (given: Partial<TreeRequest>): { tree: TreeRequest } => ({
  tree: { paths: [], objects: [], keeps: true, ...given },
});

test("XML: an asterisk in the path of the records matches any element", async () => {
  const shop = '<shop><item sku="1"/><item sku="2"/></shop>';
  for (const record of ["*/item", "shop/*", "*", "*/*"])
    expect((await readCells(shop, request({ record }))).cells.map(([sku]) => sku)).toEqual(["1", "2"]);
  const sets = `<x><old><set><i><sku>1</sku></i></set></old><new><set><i><sku>2</sku></i></set></new></x>`;
  for (const [record, skus] of [
    ["x/*/set/*", ["1", "2"]],
    ["*/i", ["1", "2"]],
    ["new/*/i", ["2"]],
    ["*/set/i", ["1", "2"]],
  ] as const)
    expect((await readCells(sets, request({ record }))).cells.map(([sku]) => sku)).toEqual(skus);
});

test("the path of the records may have an asterisk for any member or array, and may lead to the array itself", async () => {
  const text = '{"new":{"items":[{"sku":"1"},{"sku":"2"}]},"old":{"items":[[{"sku":"3"}]],"note":{"x":1}}}';
  for (const [record, skus] of [
    ["*/items/*", ["1", "2", "3"]],
    ["*/items", ["1", "2", "3"]],
    ["items", ["1", "2", "3"]],
    ["old/*/*", ["3"]],
    ["old/items", ["3"]],
  ] as const)
    expect((await readCells(text, request({ record }))).cells.map(([sku]) => sku)).toEqual(skus);
  const bySku = '{"products":{"A":{"sku":"1"},"B":{"sku":"2"},"count":2}}';
  expect((await readCells(bySku, request({ record: "products/*" }))).cells).toEqual([
    ["A", "1"],
    ["B", "2"],
  ]);
});

test("a number, text or word among the objects of a list is a faulty record with its line", async () => {
  const text = '[{"sku":"A"},\n 7,\n"x, \\"y\\"",\nnull, {},\n[true, {"sku":"B"}],\n{"sku":"C"}]';
  const { cells, faults, lines } = await readCells(text);
  expect(faults).toEqual(["not_json", "not_json", "not_json", "not_json"]);
  expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect([0, 5, 6].map((i) => cells[i]?.[0])).toEqual(["A", "B", "C"]);
  const { faults: inside } = await readCells('[{"v":[{"s":"a"},5,{"s":"b"}]}]', request({ each: "v" }));
  expect(inside).toEqual(["not_json"]);
  const { cells: skus } = await readCells('[{"v":["a",5]}]', request({ each: "v", paths: ["."], keeps: false }));
  expect(skus).toEqual([["a"], ["5"]]);
  await expect(readCells('[1,"x"]', request({ record: "*" }))).rejects.toThrow('no "*" with values');
});

test("a text or number of more than 8 MB among the objects of a list is not kept in memory", async () => {
  const { faults, lines } = await readCells(`[{"a":1},\n"${"x".repeat(9 << 20)}",\n{"a":2}]`);
  expect(faults).toEqual(["record_too_long"]);
  expect(lines).toEqual([1, 2, 3]);
  await expect(readCells(`[{"a":1},${"1".repeat(9 << 20)},{"a":2}]`)).rejects.toThrow("too many digits");
});
