import { expect, test } from "vitest";
import { nestVariants } from "./nest-variants.ts";

const nest = (...products: [sku: string, parent?: string][]): string[] =>
  nestVariants(products, ([sku, parent = ""]) => (sku === "" ? undefined : { sku, parent_sku: parent })).map(
    ({ item: [sku], is_nested }) => (is_nested ? `> ${sku}` : sku),
  );

test("a variant follows its parent, also if the file has the variant first", () => {
  expect(nest(["v1", "P"], ["p"], ["q"], ["v2", "p"])).toEqual(["p", "> v1", "> v2", "q"]);
});

test("variants without their parent, and rows that are not products, keep their positions", () => {
  expect(nest(["v1", "absent"], [""], ["v2", "absent"])).toEqual(["v1", "", "v2"]);
});

test("no product is lost, even if products are variants of variants or of themselves", () => {
  expect(nest(["a", "b"], ["b", "a"])).toEqual(["> a", "> b"]);
  expect(nest(["a", "a"])).toEqual(["a"]);
  expect(nest(["p"], ["v", "p"], ["w", "v"])).toEqual(["p", "> v", "> w"]);
});
