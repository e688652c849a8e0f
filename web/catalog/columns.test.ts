import { expect, test } from "vitest";
import type { Product } from "../../contract/products.ts";
import {
  addAttributes,
  attributeNames,
  attributeText,
  clampWidth,
  defaultColumns,
  formatColumns,
  isEditable,
  parseColumns,
  valueOf,
  widthOf,
} from "./columns.ts";

const product = (attributes: Record<string, unknown>) => ({ sku: "A", name: "Lamp", attributes }) as unknown as Product;

test("columns survive the address, whatever an attribute is called", () => {
  const columns = ["sku", "name", "attributes.Weight, net", "attributes.back\\slash", "attributes.Größe"];
  expect(parseColumns(formatColumns(columns))).toEqual(columns);
});

test("an address without columns, with unknown ones or without the SKU is still a grid", () => {
  expect(parseColumns(undefined)).toBeNull();
  expect(parseColumns("name,nonsense,name,attributes.")).toEqual(["sku", "name"]);
});

test("until somebody chooses, the first attributes stand beside the fields", () => {
  expect(defaultColumns([])).toEqual(["sku", "name", "active", "updated_at"]);
  expect(defaultColumns(["a", "b", "c", "d"])).toEqual([
    "sku",
    "name",
    "attributes.a",
    "attributes.b",
    "attributes.c",
    "active",
    "updated_at",
  ]);
});

test("cells show what is stored; an attribute may be called like anything", () => {
  expect(valueOf(product({ Colour: "red" }), "attributes.Colour")).toBe("red");
  expect(valueOf(product({}), "attributes.toString")).toBeUndefined();
  expect([undefined, null, "x", 5, { a: 1 }].map(attributeText)).toEqual(["", "", "x", "5", '{"a":1}']);
});

test("attributes that most products have come first", () => {
  expect(attributeNames([product({ rare: 1, b: 1 }), product({ b: 2 })])).toEqual(["b", "rare"]);
});

test("widths are kept within bounds", () => {
  expect([clampWidth(3), clampWidth(200.4), clampWidth(9999)]).toEqual([64, 200, 900]);
  expect([widthOf("sku", {}), widthOf("sku", { sku: 300 }), widthOf("attributes.x", {})]).toEqual([190, 300, 140]);
  expect([isEditable("sku"), isEditable("name"), isEditable("attributes.x")]).toEqual([false, true, true]);
});

test("known attributes keep their order, unless most rows have none of those that are shown", () => {
  const b = product({ b: 1 });
  const de = product({ e: 1, d: 1 });
  expect(addAttributes([], [product({ b: 1, a: 1 })])).toEqual(["b", "a"]);
  expect(addAttributes(["a", "b", "c", "d"], [b, de])).toEqual(["a", "b", "c", "d", "e"]);
  expect(addAttributes(["a", "b", "c", "d"], [b, de, de, de])).toEqual(["e", "d", "b", "a", "c"]);
  expect(addAttributes(["a", "b", "c"], [de])).toEqual(["e", "d", "a", "b", "c"]);
  expect(addAttributes(["a", "b"], [])).toEqual(["a", "b"]);
});
