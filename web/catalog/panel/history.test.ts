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

test("an earlier version comes back by what differs, attributes that came since go", () => {
  const then = { sku: "A", name: "Old lamp", description: "", active: true, attributes: { price: "4", size: "L" } };
  expect(restorePatch(now, then)).toEqual({ name: "Old lamp", attributes: { price: "4", size: "L", colour: null } });
});

test("the version that is current needs nothing", () => {
  const { sku, name, description, active, attributes } = now;
  expect(restorePatch(now, { sku, name, description, active, attributes })).toBeNull();
});
