import { expect, test } from "vitest";
import { previewFile } from "../preview/preview.ts";
import { import_query } from "../../../contract/imports/imports.ts";

const preview = (csv: string, options: Record<string, unknown> = {}): ReturnType<typeof previewFile> =>
  previewFile(Buffer.from(csv), true, import_query.parse(options));

const LIST = [
  "Article number,Name,Price,Stock",
  "Garden tools,,,",
  "G-1,Spade,19.90,4",
  "G-2,Rake,14.90,2",
  "Pots and vases,,,",
  "Pots,,,",
  "P-1,Pot,4.90,7",
  "P-2,Vase,9.90,1",
  "P-3,,,",
  "P-4,Bowl,,",
].join("\n");

test("titles of groups are ignored, but not a row with nothing but a SKU", async () => {
  const { products, rejects, ignored_rows, notices, mapping } = await preview(LIST);
  expect(products.map(({ sku }) => sku)).toEqual(["G-1", "G-2", "P-1", "P-2", "P-3", "P-4"]);
  expect(rejects).toEqual([]);
  expect(ignored_rows.map(({ line, code }) => [line, code])).toEqual([
    [2, "condition"],
    [5, "condition"],
    [6, "condition"],
  ]);
  expect(notices.map(({ code, column }) => [code, column])).toContainEqual(["heading_rows", "Article number"]);
  const again = await preview(LIST, { mapping });
  expect(again.products).toEqual(products);
  expect(again.ignored_rows).toEqual(ignored_rows);
});

test("titles in another column than the SKUs are ignored", async () => {
  const csv =
    "SKU;Name;Price;Stock\n;Lamps;;\nL-1;Oak lamp;49;3\nL-2;Floor lamp;79;1\n;Vases;;\nV-1;Vase;9;2\nV-2;Bowl;7;\n";
  const { products, rejects, ignored_rows } = await preview(csv);
  expect(products.map(({ sku }) => sku)).toEqual(["L-1", "L-2", "V-1", "V-2"]);
  expect(rejects).toEqual([]);
  expect(ignored_rows.map(({ line }) => line)).toEqual([2, 5]);
});

test("titles are ignored if the column of the names is the key", async () => {
  const csv = "Product,Price,Stock\nOak lamps,,\nLamp,49,3\nFloor lamp,79,1\nBlue vases,,\nVase,9,2\nBowl,7,\n";
  const { products } = await preview(csv, { key: "Product", name: "Product" });
  expect(products.map(({ sku }) => sku)).toEqual(["Lamp", "Floor lamp", "Vase", "Bowl"]);
});

test.each([
  ["one such row", "SKU,Name,Price\nLamp room,,\nL-1,Lamp,49\nL-2,Floor lamp,79\n"],
  ["most rows have one cell", "SKU,Name,Price\nA b,,\nC d,,\nE f,,\nG h,,\nL-1,Lamp,49\n"],
  ["the cells are codes", "SKU,Name,Price\nL-1,Lamp,49\nL-2,,\nL-3,Lamp,5\nL-4,,\nL-5,Lamp,5\n"],
  ["the cells are numbers", "SKU,Name,Price\n,,12\nL-1,Lamp,49\nL-2,Lamp,5\n,,13\nL-3,Lamp,5\n"],
  ["no column contains names", "SKU,Price,Stock\nTools,,\nL-1,49,1\nL-2,79,1\nPots,,\nL-3,5,1\n"],
])("rows with one filled cell are not headings: %s", async (_, csv) => {
  const { ignored, notices } = await preview(csv);
  expect(ignored).toBe(0);
  expect(notices.map(({ code }) => code)).not.toContain("heading_rows");
});
