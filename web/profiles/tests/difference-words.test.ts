import { expect, test } from "vitest";
import { memberLabel, valueLabel } from "./difference-words.ts";

test("fields have the labels of the page, attributes have their own names", () => {
  expect(["name", "attributes.price", "rejects.line 3", "other"].map(memberLabel)).toEqual([
    "Name",
    "price",
    "Rejected row, line 3",
    "other",
  ]);
});

test("filled texts are shown without quotation marks, true and false as yes and no, other values as JSON", () => {
  expect(['"Lamp"', '""', "true", '["a","b"]', '{"sku":"A-1"…', null].map(valueLabel)).toEqual([
    "Lamp",
    '""',
    "Yes",
    '["a","b"]',
    '{"sku":"A-1"…',
    "nothing",
  ]);
});
