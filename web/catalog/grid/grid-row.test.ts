import { expect, test } from "vitest";
import { cardFields, cardHeight } from "./grid-row.ts";

test("a card has one line for every two columns that are not in its header", () => {
  expect(cardFields(["sku", "name", "attributes.price", "active", "updated_at"])).toEqual(["attributes.price"]);
  expect(["sku", "a", "b", "c"].map((_, n, all) => cardHeight(all.slice(0, n + 1)))).toEqual([68, 88, 88, 108]);
});
