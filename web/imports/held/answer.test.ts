import { expect, test } from "vitest";
import { addValues, choose } from "./answer.ts";
import { completeOptions, import_query } from "../../../contract/imports/imports.ts";

const mapping = {
  key: "sku",
  attributes: { "a.b": { from: "x", map: { rot: "red" }, else: "hold" } },
};
const import_ = { options: completeOptions(import_query.parse({ mapping })) };

test("values are added to the map; a value without a replacement is kept", () => {
  const entries = new Map([
    ["blau", "blue"],
    ["grau", ""],
  ]);
  expect(addValues(import_, "attributes.a.b", entries)).toEqual({
    mapping: {
      ...mapping,
      attributes: { "a.b": { from: "x", map: { rot: "red", blau: "blue", grau: "grau" }, else: "hold" } },
    },
  });
  expect(import_.options.mapping).toEqual(mapping);
});

test("a path without a value map has no answer", () => {
  expect(addValues(import_, "attributes.a", new Map())).toBeUndefined();
  expect(addValues(import_, "key", new Map())).toBeUndefined();
});

test("a candidate becomes the value of its option", () => {
  expect(choose("key", "Code")).toEqual({ key: "Code" });
});
