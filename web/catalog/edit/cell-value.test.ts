import { expect, test } from "vitest";
import type { Product } from "../../../contract/catalog/products.ts";
import { cellText, isSame, parseCell, patchOf, switchList } from "./cell-value.ts";

const lamp = {
  sku: "A",
  name: "Lamp",
  description: "",
  active: false,
  attributes: { price: "5", tags: ["a", "b"] },
} as unknown as Product;

test.each([
  ["active", "Yes", true],
  ["active", "nein", false],
  ["active", "perhaps", undefined],
  ["version", "4.5", 4.5],
  ["version", " ", null],
  ["version", "many", undefined],
  ["name", "", ""],
  ["attributes.price", "", null],
  ["attributes.price", " 007 ", " 007 "],
])("in the column %s, %j is parsed as %j", (column, text, value) => {
  expect(parseCell(column, text)).toEqual(value);
});

test("the editor starts with the stored value", () => {
  expect(
    ["name", "active", "attributes.price", "attributes.tags", "attributes.none"].map((c) => cellText(lamp, c)),
  ).toEqual(["Lamp", "no", "5", "a\nb", ""]);
});

test("a list stays a list, until it is changed to a text", () => {
  expect(parseCell("attributes.tags", "b\nc\n", ["a"])).toEqual(["b", "c"]);
  expect(parseCell("attributes.tags", "\n", ["a"])).toBeNull();
  expect(parseCell("attributes.tags", "b\nc", "a")).toBe("b\nc");
  expect([switchList(["a", "b"]), switchList("a\nb"), switchList("a, b")]).toEqual(["a\nb", ["a", "b"], ["a, b"]]);
});

test("a patch contains one cell", () => {
  expect(patchOf("name", "Bulb")).toEqual({ name: "Bulb" });
  expect(patchOf("attributes.price", undefined)).toEqual({ attributes: { price: null } });
});

test("a null attribute equals a missing one", () => {
  expect([isSame(null, undefined), isSame(["a"], ["a"]), isSame("", null)]).toEqual([true, true, false]);
});
