import { expect, test } from "vitest";
import type { Product } from "../../../contract/catalog/products.ts";
import { restorePatch } from "./history.ts";

const now = {
  sku: "A",
  name: "Lamp",
  description: "",
  active: true,
  attributes: { price: "5", colour: "red" },
} as unknown as Product;

test("the patch contains the differences and removes attributes that were added since", () => {
  const then = { sku: "A", name: "Old lamp", description: "", active: true, attributes: { price: "4", size: "L" } };
  expect(restorePatch(now, then)).toEqual({ name: "Old lamp", attributes: { price: "4", size: "L", colour: null } });
});

test("restoring the current version needs no patch", () => {
  const { sku, name, description, active, attributes } = now;
  expect(restorePatch(now, { sku, name, description, active, attributes })).toBeNull();
});
