import { expect, test } from "vitest";
import { Problem } from "../../../contract/problems.ts";
import { patchProduct, readProductBody } from "./validate-product.ts";
import { DEFAULT_VALUES } from "../product/product-columns.ts";
import { MAX_ATTRIBUTES } from "../../../contract/catalog/product-limits.ts";

const attributesOf = (count: number, value: string | null, name: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${name}${n}`, value]));

test("too many attributes are reported as one fault, however many there are", () => {
  for (const count of [MAX_ATTRIBUTES + 1, 2 * MAX_ATTRIBUTES + 1, 300_000]) {
    const attributes = attributesOf(count, "x", "a");
    const read = (): unknown => readProductBody({ sku: "A", name: "a", attributes });
    expect(read).toThrow(Problem);
    expect(read).toThrow("/body/attributes: A product has at most 1,995 attributes.");
  }
});

test("one patch can replace all attributes", () => {
  const product = { ...DEFAULT_VALUES, sku: "A", name: "a" };
  const before = { ...product, attributes: attributesOf(MAX_ATTRIBUTES, "x", "old") as Record<string, string> };
  const patch = { ...attributesOf(MAX_ATTRIBUTES, null, "old"), ...attributesOf(MAX_ATTRIBUTES, "y", "new") };
  expect(Object.keys(patchProduct(before, { attributes: patch }).attributes)).toHaveLength(MAX_ATTRIBUTES);
});
