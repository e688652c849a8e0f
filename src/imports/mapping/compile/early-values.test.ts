// Tests that statements about rows that belong together cannot read values that are not known yet when the statements are evaluated.
import { expect, test } from "vitest";
import { mapping as mappingSchema } from "../../../../contract/mapping/mapping.ts";
import { compileMapping } from "../compile.ts";

const HEADER = ["Handle", "SKU", "Title", "Language", "Category"];
const compile = (statements: object): unknown =>
  compileMapping(mappingSchema.parse({ key: "SKU", name: "Title", ...statements }), HEADER);

const TABLE = { tables: { titles: { record: ".", key: "Handle", value: "Title" } } };
const GROUP = { group: { by: "Handle" } };
const OVERLAY = { overlay: { by: "Language", base: [""] } };
const LOOKED_UP = { from: "Category", lookup: "titles" };
const BY = { group: "by" };

test.each([
  ["ignore.0", { ...GROUP, ignore: [{ of: BY, is: "x" }] }],
  [
    "ignore.0",
    {
      ...GROUP,
      ignore: [{ any: [{ of: { from: "SKU", if: { of: { from: "Title", over: "group" }, is: "x" } }, is: "x" }] }],
    },
  ],
  ["group.adds.0", { group: { by: "Handle", adds: [{ of: { from: "Title", over: "group" }, is: "x" }] } }],
  ["group.by", { group: { by: { from: "Title", over: "group" } } }],
  ["group.begins", { group: { begins: { of: BY, is: "x" } } }],
  ["kinds.by", { ...GROUP, kinds: { by: { group: "name" }, when: { a: {} } } }],
  ["links.0.children", { ...GROUP, links: [{ children: { from: "Title", over: "group" } }] }],
  ["links.0.children", { ...TABLE, links: [{ children: LOOKED_UP }] }],
  ["tables.titles.value", { ...GROUP, tables: { titles: { record: ".", key: "Handle", value: BY } } }],
  ["tables.more.value", { tables: { ...TABLE.tables, more: { record: ".", key: "SKU", value: LOOKED_UP } } }],
  ["ignore.0", { ...TABLE, ...OVERLAY, ignore: [{ of: LOOKED_UP, is: "x" }] }],
  ["kinds.by", { ...TABLE, repeats: "merge", kinds: { by: LOOKED_UP, when: { a: {} } } }],
  ["kinds.by", { ...GROUP, ...OVERLAY, kinds: { by: BY, when: { a: {} } } }],
  ["key", { ...GROUP, repeats: "merge", key: ["SKU", BY] }],
  ["key", { ...TABLE, ...OVERLAY, key: { from: "SKU", if: { of: LOOKED_UP, is: "x" } } }],
  ["group.fill", { ...OVERLAY, group: { by: "Handle", fill: ["SKU"] } }],
  ["group.fill", { ...OVERLAY, group: { by: "Handle", fill: ["Language"] } }],
  [
    "group.fill",
    { group: { by: "Handle", fill: ["Cat*"] }, repeats: "merge", key: { from: "SKU", if: { blank: "Category" } } },
  ],
  ["group.fill", { group: { by: "Handle", fill: ["S*"] }, links: [{ children: "Category" }] }],
])("%s is refused in a mapping such as %j", (statement, statements) => {
  expect(() => compile(statements)).toThrow(`The statement "${statement}" of the mapping is not valid`);
});

test.each([
  ["overlay", { ...OVERLAY, group: { by: "Handle", fill: ["SKU"] } }],
  ["repeats", { repeats: "merge", group: { by: "Handle", fill: ["SKU"] } }],
  ["links", { links: [{ children: "Category" }], group: { by: "Handle", fill: ["SKU"] } }],
] as const)("the refusal of a filled key states that %s compares it, and what to do", (member, statements) => {
  expect(() => compile(statements)).toThrow(
    `it fills the column "SKU", but "${member}" compares the values of this column in all rows of the file before any cell is filled. Write the value into each row of the file, or leave out "${member}".`,
  );
});

test.each([
  { ...GROUP, kinds: { by: { from: "Category", over: "group" }, when: { a: {} } } },
  { ...GROUP, kinds: { by: BY, when: { a: {} } } },
  { ...GROUP, key: ["SKU", BY] },
  { ...TABLE, ignore: [{ of: LOOKED_UP, is: "x" }] },
  { ...TABLE, group: { by: LOOKED_UP } },
  { ...OVERLAY, group: { by: "Handle", fill: ["Title"] }, attributes: { first: { group: "first" } } },
  { group: { by: "Handle", fill: ["SKU"] } },
])("a mapping such as %j is valid", (statements) => {
  expect(() => compile(statements)).not.toThrow();
});
