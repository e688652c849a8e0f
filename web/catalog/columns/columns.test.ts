import { expect, test } from "vitest";
import type { Product } from "../../../contract/catalog/products.ts";
import {
  attributesFor,
  attributeText,
  clampWidth,
  countAttributes,
  defaultColumns,
  defaultDescriptionWidth,
  formatColumns,
  isEditable,
  parseColumns,
  usualAttributes,
  valueOf,
  widthOf,
} from "./columns.ts";

const product = (attributes: Record<string, unknown>) => ({ sku: "A", name: "Lamp", attributes }) as unknown as Product;

test("columns survive a round trip through the URL, even if attribute names contain commas or backslashes", () => {
  const columns = ["sku", "name", "attributes.Weight, net", "attributes.back\\slash", "attributes.Größe"];
  expect(parseColumns(formatColumns(columns))).toEqual(columns);
});

test("a URL without columns, with unknown columns or without the SKU is valid", () => {
  expect(parseColumns(undefined)).toBeNull();
  expect(parseColumns("name,nonsense,name,attributes.")).toEqual(["sku", "name"]);
});

test("the default columns contain attributes after the name", () => {
  expect(defaultColumns([], 800)).toEqual(["sku", "name", "active", "updated_at"]);
  expect(defaultColumns(["a", "b"], 800)).toEqual([
    "sku",
    "name",
    "attributes.a",
    "attributes.b",
    "active",
    "updated_at",
  ]);
});

test("the description is a default column if the list has room for it, and becomes narrower before it is left out", () => {
  const describedAt = (px: number, attributes: string[] = []): boolean =>
    defaultColumns(attributes, px).includes("description");
  expect(defaultColumns(["a"], 1600)).toEqual(["sku", "name", "description", "attributes.a", "active", "updated_at"]);
  expect([1013, 1014].map((px) => describedAt(px))).toEqual([false, true]);
  expect([1433, 1434].map((px) => describedAt(px, ["a", "b", "c"]))).toEqual([false, true]);
  const widthAt = (px: number): number => defaultDescriptionWidth(defaultColumns([], px), px);
  expect([1014, 1064, 1134, 2000].map(widthAt)).toEqual([200, 250, 320, 320]);
});

test("the default attributes are the three most frequent ones", () => {
  const counts = [200, 40, 30, 20, 19].map((products, i) => ({ name: `${"abcde"[i] ?? ""}`, products }));
  expect(usualAttributes(counts, 200)).toEqual(["a", "b", "c"]);
  expect(usualAttributes(counts.slice(3), 200)).toEqual(["d"]);
  expect(usualAttributes(counts.slice(4), 200)).toEqual([]);
  expect(usualAttributes([], 0)).toEqual([]);
  const close = [
    { name: "colour", products: 3001 },
    { name: "price", products: 3000 },
  ];
  expect(usualAttributes(close, 3002)).toEqual(["price", "colour"]);
});

test("cells show the stored value; an attribute may have any name", () => {
  expect(valueOf(product({ Colour: "red" }), "attributes.Colour")).toBe("red");
  expect(valueOf(product({}), "attributes.toString")).toBeUndefined();
  expect([undefined, null, "x", 5, { a: 1 }].map(attributeText)).toEqual(["", "", "x", "5", '{"a":1}']);
});

test("attributes are sorted by the number of products that have them", () => {
  expect(countAttributes([product({ rare: 1, b: 1 }), product({ b: 2 })])).toEqual([
    { name: "b", products: 2 },
    { name: "rare", products: 1 },
  ]);
});

test("column widths are clamped", () => {
  expect([clampWidth(3), clampWidth(200.4), clampWidth(9999)]).toEqual([64, 200, 900]);
  expect([widthOf("sku", {}), widthOf("sku", { sku: 300 }), widthOf("attributes.x", {})]).toEqual([190, 300, 140]);
  expect([isEditable("sku"), isEditable("name"), isEditable("attributes.x")]).toEqual([false, true, true]);
});

test("a list shows the usual attributes unless most of its rows have none of them", () => {
  const usual = ["a", "b"];
  const b = product({ b: 1 });
  const de = product({ d: 1, e: 1 });
  const own = ["d", "e"];
  expect(attributesFor([], usual, usual)).toEqual(usual);
  expect(attributesFor([b, de], usual, usual)).toEqual(usual);
  expect(attributesFor([b, de, de, de, de], usual, usual)).toEqual(["d", "e", "b"]);
  expect(attributesFor([de], [], [])).toEqual(own);
  // The attributes of the list are `b`, `d` and `e`; both products have one of them. The shown attributes are `d` and `e`; one product has
  // one of them. Two is not more than twice one, so the shown attributes stay.
  expect(attributesFor([b, de], own, usual)).toEqual(own);
  // Here, four products have an attribute of the list, and only one product has a shown attribute. Four is more than twice one, so the
  // shown attributes are replaced. Three products have a usual attribute. Four is not more than twice three, so the usual attributes are
  // chosen.
  expect(attributesFor([b, b, b, de], own, usual)).toEqual(usual);
});
