import { expect, test } from "vitest";
import { memberLabel, valueLabel } from "./difference-words.ts";

test("members have the names of the page, attributes their own", () => {
  expect(["name", "attributes.price", "rejects.line 3", "other"].map(memberLabel)).toEqual([
    "Name",
    "price",
    "Rejected row, line 3",
    "other",
  ]);
});

test("texts are shown without quotation marks, other values as they are", () => {
  expect(['"Lamp"', '""', "true", '["a","b"]', '{"sku":"A-1"…', null].map(valueLabel)).toEqual([
    "Lamp",
    '""',
    "Yes",
    '["a","b"]',
    '{"sku":"A-1"…',
    "nothing",
  ]);
});
