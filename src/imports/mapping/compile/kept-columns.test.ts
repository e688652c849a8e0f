// Tests how attributes are named if their columns occur in no statement of the mapping.
import { describe, expect, test } from "vitest";
import { mapping as mappingSchema, type Mapping } from "../../../../contract/mapping/mapping.ts";
import { compileMapping } from "../compile.ts";

/** The targets of the columns, with the names of attributes. */
const targets = (statements: Mapping, header: readonly string[]): string[] =>
  compileMapping(mappingSchema.parse(statements), header).columns.map(({ name, target, attribute = name }) =>
    target === "attribute" ? `= ${attribute}` : target,
  );

describe("the attributes of paths in XML and JSON", () => {
  const mapping = { file: { kind: "xml" }, key: "sku", keep: ["*/width", "*/height", "@code", "code"] } as const;
  test.each([
    [
      ["sku", "size/width", "box/width", "size/height"],
      ["sku", "= size/width", "= box/width", "= height"],
    ],
    [
      ["sku", "box/width", "size/width"],
      ["sku", "= box/width", "= size/width"],
    ],
    [
      ["sku", "@code", "code"],
      ["sku", "= @code", "= code"],
    ],
    [
      ["sku", "@code"],
      ["sku", "= code"],
    ],
  ])("have the last name of the path unless several paths have it: %s", (header, expected) => {
    expect(targets({ ...mapping, keep: [...mapping.keep] }, header)).toEqual(expected);
  });
});

test("only in XML and JSON does a name with the ending {} mean pairs", () => {
  expect(targets({ key: "sku" }, ["sku", "Price{}"])).toEqual(["sku", "= Price{}"]);
  expect(targets({ key: "sku", file: { kind: "xml" } }, ["sku", "PARAM{}"])).toEqual(["sku", "ignored"]);
});
