// Tests paths that lead out of the records of XML and JSON files.
import { expect, test } from "vitest";
import type { TreeRequest } from "../../../../../contract/imports/options.ts";
import { readCells } from "../../../../../tests/support/read-cells.ts";

const request = (given: Partial<TreeRequest>): { tree: TreeRequest } => ({
  tree: { paths: [], objects: [], keeps: true, ...given },
});

test("XML: values around the record that come before it are read by paths that lead out of it", async () => {
  const text = `<s lang="cs"><c id="1"><t> Lamps </t><m><x>1</x><x>2</x></m><p><k>A</k><v><w>1</w></v></p><p><k>B</k><v><w>2</w></v></p></c>
    <c id="2"><p><k>C</k><v><w>3</w></v></p><t>late</t></c></s>`;
  const paths = ["k", "../@id", "../t", "../m/x", "../../@lang"];
  const { header, cells } = await readCells(text, request({ record: "c/p", paths, keeps: false }));
  expect(header).toEqual(["k", "../@id", "../t", "../m/x[]", "../../@lang"]);
  expect(cells).toEqual([
    ["A", "1", "Lamps", '["1","2"]', "cs"],
    ["B", "1", "Lamps", '["1","2"]', "cs"],
    ["C", "2", "", "", "cs"],
  ]);
  const each = await readCells(
    text,
    request({ record: "p", each: "v", paths: ["w", "../k", "../../t"], keeps: false }),
  );
  expect(each.cells).toEqual([
    ["1", "A", "Lamps"],
    ["2", "B", "Lamps"],
    ["3", "C", ""],
  ]);
});

test("values around the records cannot fill the memory", async () => {
  const notes = `<n>${"x".repeat(100_000)}</n>`.repeat(100);
  const text = (values: string): string => `<s>${values}<c><p><k>A</k></p><p><k>B</k></p></c></s>`;
  await expect(readCells(text(notes), request({ record: "p", paths: ["../../n"] }))).rejects.toThrow(
    "have more than 8 MB",
  );
  expect((await readCells(text(notes), request({ record: "p", paths: ["../@id"] }))).cells).toHaveLength(2);
});

test("JSON: values around the record that come before it are read by paths that lead out of it", async () => {
  const shelf = (name: string, ...skus: string[]): object => ({
    name,
    meta: { tags: ["x", name] },
    items: skus.map((sku) => ({ sku })),
    late: "late",
  });
  const text = JSON.stringify({ shop: "S", skip: { a: [1, "x"] }, shelves: [shelf("L", "1", "2"), shelf("D", "3")] });
  const paths = ["sku", "../../name", "../../meta/tags", "../../../../shop", "../../late"];
  const { header, cells } = await readCells(text, request({ record: "items/*", paths, keeps: false }));
  expect(header).toEqual(["sku", "../../name", "../../meta/tags[]", "../../../../shop"]);
  expect(cells).toEqual([
    ["1", "L", '["x","L"]', "S"],
    ["2", "L", '["x","L"]', "S"],
    ["3", "D", '["x","D"]', "S"],
  ]);
});
