// Tests which paths a mapping requests from the records of an XML or JSON file.
import { expect, test } from "vitest";
import { treeRequest } from "./tree-request.ts";

const file = { kind: "xml" } as const;

test("the paths of attributes are requested whatever the attributes are called", () => {
  const { paths } = treeRequest({
    file,
    key: "@id",
    keep: false,
    attributes: { date: "release/@day", number: { from: "no/text", number: "1,5" }, "map-{lang}": { const: "x" } },
    kinds: { by: "@kind", when: { default: { attributes: { case: "case/@size", "price-{unit}": "price" } } } },
  });
  expect([...paths].sort()).toEqual(
    ["@id", "@kind", "case/@size", "lang", "no/text", "price", "release/@day", "unit"].sort(),
  );
});

test.each([
  ["a value", { attributes: { images: { from: "image{n}", all: true } } }],
  ["a pattern with an asterisk", { attributes: { images: { from: "urls/image_*", all: true } } }],
  ["columns that are kept too", { also: ["details/*"] }],
  ["pairs", { pairs: [{ each: "name{n}", name: "name{n}", value: "value{n}" }] }],
])("all paths become columns if their names are compared with patterns: %s", (_, statements) => {
  expect(treeRequest({ file, key: "@id", keep: false, ...statements }).keeps).toBe(true);
});

test("only the requested paths become columns if nothing is kept", () => {
  const mapping = { file, key: "@id", keep: false, attributes: { images: { from: "images/*/src", all: true } } };
  expect(treeRequest(mapping).keeps).toBe(false);
});
