import { expect, test } from "vitest";
import { create_import } from "../../../contract/imports/imports.ts";
import { DETECT, emptyForm, NONE, optionsOf, OTHER } from "./import-form.ts";

test("an unchanged form yields no options", () => {
  expect(optionsOf(emptyForm())).toEqual({});
});

test("chosen values become the query parameters of the contract", () => {
  const options = optionsOf({
    ...emptyForm(),
    mode: "update",
    strict: true,
    active: false,
    profile: "Supplier A",
    key: "Art.-Nr.",
    delimiter: OTHER,
    other_delimiter: "\\t",
    quote: "'",
    escape: "doubled",
    header: "no",
    preamble: " 3 ",
  });
  expect(options).toEqual({
    mode: "update",
    strict: true,
    active: false,
    profile: "Supplier A",
    key: "Art.-Nr.",
    delimiter: "\t",
    quote: "'",
    escape: "'",
    header: false,
    preamble: 3,
  });
  expect(create_import.schema.querystring.safeParse(options).success).toBe(true);
});

test("“no quote” is an empty string; an empty custom delimiter and an invalid preamble are left to detection", () => {
  expect(optionsOf({ ...emptyForm(), quote: NONE })).toEqual({ quote: "" });
  expect(optionsOf({ ...emptyForm(), delimiter: OTHER, preamble: "x" })).toEqual({});
  expect(optionsOf({ ...emptyForm(), escape: "doubled", quote: DETECT })).toEqual({ escape: '"' });
});
