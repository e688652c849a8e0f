// Tests which lists of a JSON file are of the same kind as the list of the records.
import { expect, test } from "vitest";
import { createJsonOutline } from "./find-record.ts";

function similarIn(value: unknown): { record: string | undefined; similar: string[] } {
  const reader = createJsonOutline();
  reader.write(JSON.stringify(value));
  reader.end();
  const { record, similar_lists } = reader.outline();
  return { record: record?.join("/"), similar: similar_lists };
}

const product = (sku: string) => ({ sku, name: `Product ${sku}`, price: 1 });

test("lists in different members of an object are similar if their elements share most members", () => {
  expect(similarIn({ women: [product("w-1")], men: [product("m-1"), product("m-2")] })).toEqual({
    record: "men/*",
    similar: ["*/*", "women/*"],
  });
  const languages = { de: { products: [product("a"), product("b")] }, en: { products: [product("a")] } };
  expect(similarIn(languages)).toEqual({ record: "de/products/*", similar: ["*/products/*", "en/products/*"] });
});

test("no common path is offered if it leads to other lists too", () => {
  const categories = [{ code: "home", label: "Home" }];
  const lists = { women: [product("w-1")], men: [product("m-1"), product("m-2")], categories };
  expect(similarIn(lists)).toEqual({ record: "men/*", similar: ["women/*"] });
});

test("lists of another kind, lists in the elements of a list, and pages are not similar", () => {
  const variants = [product("v-1"), product("v-2")];
  expect(similarIn({ products: [{ id: 1, title: "A", variants, options: variants }] }).similar).toEqual([]);
  expect(similarIn({ products: [product("a"), product("b")], brands: [{ id: 1, label: "Nord" }] }).similar).toEqual([]);
  expect(
    similarIn([
      { page: 1, products: [product("a")] },
      { page: 2, products: [product("b")] },
    ]).similar,
  ).toEqual([]);
  expect(similarIn({ products: [product("a")] }).similar).toEqual([]);
});
