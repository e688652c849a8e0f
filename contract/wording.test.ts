// The faults that the schemas of the contract find, as a user reads them.
import { expect, test } from "vitest";
import { z } from "zod";
import { patch_product } from "./catalog/edit-products.ts";
import { mapping_text } from "./mapping/mapping-text.ts";
import { profile_definition } from "./profiles/profile.ts";
import "./wording.ts";

const faultsOf = (schema: z.ZodType, given: unknown): string[] =>
  (schema.safeParse(given).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

test.each<[unknown, string]>([
  [{ key: { from: "a", join: ["-"] } }, "key.join: must be a text, not a list"],
  [{ key: 5 }, "key: Enter the name of a column, a list, or an object with `from`"],
  [{}, "key: Enter the name of a column, a list, or an object with `from`"],
  [{ key: "a", name: { from: "b", trim: "yes" } }, "name.trim: must be true or false, not a text"],
  [{ key: "a", name: { from: "b", case: "title" } }, 'name.case: must be "upper" or "lower"'],
  [{ key: "a", name: { from: "b", need: "some" } }, 'name.need: must be "all"'],
  [{ key: "a", name: { from: "b", scale: 1.5 } }, "name.scale: must be a whole number, not 1.5"],
  [{ key: "a", name: { from: "b", scale: 99 } }, "name.scale: must be at most 12"],
  [{ key: "a", name: { from: "b", scale: -99 } }, "name.scale: must be at least -12"],
  [{ key: "a", name: { from: "b", split: "" } }, "name.split: must not be empty"],
  [{ key: "a", name: { from: "b", splitt: "," } }, 'name: has the unknown member "splitt"'],
  [{ key: "a", x: 1, y: 2 }, ': has the unknown members "x", "y"'],
  [{ key: "a", name: { from: "b", suffix: "x".repeat(2001) } }, "name.suffix: must have at most 2,000 characters"],
  [{ key: "a", name: { from: "b", replace: [["x"]] } }, "name.replace.0: must have at least 2 elements"],
  [{ key: "a", name: { from: "b", replace: [["x", null]] } }, "name.replace.0.1: must be a text, not null"],
  [{ key: "a", drop: "b" }, "drop: must be a list, not a text"],
  [{ key: "a", keep: "b" }, "keep: must be true or false or a list, not a text"],
  [{ key: "a", keep: [""] }, "keep.0: must not be empty"],
  [{ key: "a", ignore: { blank: "a" } }, "ignore: must be a list, not an object"],
  [{ key: "a", ignore: [{ of: "b", is: 5 }] }, "ignore.0.is: must be a text or a list, not 5"],
  [{ key: "a", mode: "all" }, 'mode: must be "upsert", "create" or "update"'],
  [{ key: "a", attributes: { "": "b" } }, "attributes.: has a member whose name must not be empty"],
  [[], ": must be an object, not a list"],
])("%j has a fault", (given, fault) => {
  expect(faultsOf(mapping_text, given)).toContain(fault);
});

test("the faults of profiles and products are worded in the same way", () => {
  expect(faultsOf(profile_definition, { key: "a", detect: { columns: [], need: 0 } })).toEqual([
    "detect.columns: must not be empty",
    "detect.need: must be at least 1",
  ]);
  expect(faultsOf(patch_product.schema.body as z.ZodType, { name: 5 })).toEqual(["name: must be a text, not 5"]);
});

test("formats and bounds of other schemas", () => {
  expect(faultsOf(z.iso.datetime(), "soon")).toEqual([": must be a time such as 2026-01-31T00:00:00Z"]);
  expect(faultsOf(z.uuid(), "x")).toEqual([": must be a UUID"]);
  expect(faultsOf(z.array(z.string()).length(2), ["a"])).toEqual([": must have exactly 2 elements"]);
  expect(faultsOf(z.number().gt(0), 0)).toEqual([": must be more than 0"]);
  expect(faultsOf(z.number().multipleOf(5), 3)).toEqual([": must be a multiple of 5"]);
  expect(faultsOf(z.string().regex(/x/), "a")).toEqual([": does not have the right form"]);
  expect(faultsOf(z.set(z.string()), new Set([1]))).toEqual([": must be a text, not 1"]);
  expect(
    faultsOf(
      z.string().refine(() => false),
      "a",
    ),
  ).toEqual([": is not valid"]);
});
