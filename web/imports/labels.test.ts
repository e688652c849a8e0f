import { expect, test } from "vitest";
import { columnLabel, profileText } from "./labels.ts";

test("a profile is named with its version; a built-in profile has none", () => {
  expect(profileText({ name: "Supplier A", version: 3, built_in: false })).toBe(
    "Read with the profile Supplier A, version 3",
  );
  expect(profileText({ name: "PrestaShop", version: 1, built_in: true })).toBe(
    "Read with the built-in profile PrestaShop",
  );
});

test("a column from which values are computed is labelled with these values", () => {
  expect(columnLabel({ target: "used", used_for: ["sku", "price"] })).toBe("used for SKU, price");
  expect(columnLabel({ target: "attribute", used_for: ["name"] })).toBe("Attribute, used for Name");
  expect(columnLabel({ target: "ignored" })).toBe("Ignored");
});
