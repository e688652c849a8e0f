import { expect, test } from "vitest";
import { productTable } from "./product-cells.ts";

const product = (line: number, attributes: Record<string, string | string[]>) => ({
  row: line - 1,
  line,
  sku: `A-${line}`,
  name: "Lamp",
  description: "",
  active: true,
  parent_sku: "",
  attributes,
});

test("each attribute of any product is a column; products that lack it have an empty cell", () => {
  const { attributes, rows } = productTable([
    product(2, { price: "19.90", colours: ["red", "blue"] }),
    product(3, { size: "L", price: "5" }),
  ]);
  expect(attributes).toEqual(["price", "colours", "size"]);
  expect(rows.map(({ line, values }) => [line, values])).toEqual([
    [2, ["19.90", ["red", "blue"], ""]],
    [3, ["5", "", "L"]],
  ]);
});

test("an attribute may have the name of a member of every object, such as `constructor`", () => {
  const { rows } = productTable([product(2, { constructor: "x" }), product(3, { size: "L" })]);
  expect(rows.map(({ values }) => values)).toEqual([
    ["x", ""],
    ["", "L"],
  ]);
});

test("at most 10 products with 100 attributes are shown", () => {
  const wide = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a${i}`, "x"]));
  const { attributes, rows } = productTable(Array.from({ length: 20 }, (_, i) => product(i + 2, wide)));
  expect([attributes.length, rows.length]).toEqual([100, 10]);
});
