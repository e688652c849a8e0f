import { expect, test } from "vitest";
import { get_import, list_imports } from "../contract/imports/imports.ts";
import { get_product } from "../contract/catalog/products.ts";
import { address } from "./address.ts";

test("parameters are percent-encoded in the path", () => {
  expect(address(get_product, { params: { sku: "A/B 1?" } })).toBe("/api/products/A%2FB%201%3F");
});

test("undefined members of the query are omitted from the URL", () => {
  expect(address(list_imports, { querystring: { limit: 20, cursor: undefined } })).toBe("/api/imports?limit=20");
});

test("a base URL may end in a slash", () => {
  expect(address(get_import, { params: { id: 7 } }, "http://127.0.0.1:8000/")).toBe(
    "http://127.0.0.1:8000/api/imports/7",
  );
});

test("a missing parameter throws an error that names the parameter", () => {
  expect(() => address(get_import, {})).toThrow("requires the parameter id");
});
