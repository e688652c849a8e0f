// Tests of JSON files whose records are the members of an object, keyed by their SKU or id.
import { expect, test } from "vitest";
import { readCells } from "../../../../../tests/support/read-cells.ts";
import { readHead } from "../../read-head.ts";
import { createJsonOutline } from "./find-record.ts";

const product = (i: number): object => ({ name: `Lamp ${i}`, price: i });
const products = (count: number, of: (i: number) => unknown = product): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`A-${i}`, of(i)]));
const pathOf = async (value: unknown): Promise<string | null | undefined> =>
  (await readCells(JSON.stringify(value))).dialect.tree?.record;

function outlineOf(value: unknown): string[] | undefined {
  const { write, outline } = createJsonOutline();
  write(JSON.stringify(value));
  return outline().record;
}

test.each([
  ["the outermost object", "*", products(3)],
  ["an object in the file", "products/*", { page: { number: 1 }, count: 3, products: products(3) }],
])("the members of %s are records, and their names the SKUs", async (_, record, value) => {
  const { dialect, header, cells, faults } = await readCells(JSON.stringify(value));
  expect(dialect.tree?.record).toBe(record);
  expect(header).toEqual(["@key", "name", "price"]);
  expect(cells).toEqual([0, 1, 2].map((i) => [`A-${i}`, `Lamp ${i}`, String(i)]));
  expect(faults).toEqual([]);
  const head = await readHead(Buffer.from(JSON.stringify(value)), true, {});
  expect(head?.table.columns.map(({ target }) => target)).toEqual(["sku", "name", "attribute"]);
});

test("a SKU in the records precedes the names of the members", async () => {
  const head = await readHead(Buffer.from(JSON.stringify(products(3, (i) => ({ sku: i, name: "x" })))), true, {});
  expect(head?.table.columns.map(({ name, target }) => [name, target])).toEqual([
    ["@key", "attribute"],
    ["sku", "sku"],
    ["name", "name"],
  ]);
});

test("the records are found in chunks of any size, with escapes in the names, and on their lines", async () => {
  const text = JSON.stringify({ 'a"\n': product(0), ä: product(1), "": product(2), "{}": product(3) }, null, 2);
  for (const size of [1, 7, 1000]) {
    const { write, end, outline } = createJsonOutline();
    for (let at = 0; at < text.length; at += size) write(text.slice(at, at + size));
    end();
    expect(outline().record).toEqual(["*"]);
  }
  const { cells, lines } = await readCells(text, { tree: { record: "*", paths: [], objects: [], keeps: true } });
  expect(cells.map(([key]) => key)).toEqual(['a"\n', "ä", "", "{}"]);
  expect(lines).toEqual([2, 6, 10, 14]);
});

test("lists in the records are lists of the members, not records of their own", async () => {
  const value = { products: products(3, (i) => ({ name: "x", variants: [{ sku: `${i}a` }, { sku: `${i}b` }] })) };
  const { dialect, cells } = await readCells(JSON.stringify(value));
  expect(dialect.tree).toMatchObject({ record: "products/*", lists: ["variants/*"] });
  expect(cells[2]).toEqual(["A-2", "x", '["2a","2b"]']);
});

test("the name of the member is a value of the records inside of it", async () => {
  const value = { products: products(3, (i) => ({ variants: [{ sku: `${i}a` }] })) };
  const tree = { record: "products/*", each: "variants/*", paths: ["sku", "../../@key"], objects: [], keeps: false };
  const { header, cells } = await readCells(JSON.stringify(value), { tree });
  expect(header).toEqual(["sku", "../../@key"]);
  expect(cells[1]).toEqual(["1a", "A-1"]);
});

test("groups of members, and the largest object", async () => {
  const groups = { lamps: products(3), desks: products(3) };
  expect(await pathOf(groups)).toBe("*/*");
  expect(await pathOf({ shop: groups })).toBe("shop/*/*");
  const categories = { 1: { title: "a", parent: 0 }, 2: { title: "b", parent: 0 }, 3: { title: "c", parent: 1 } };
  expect(await pathOf({ categories, products: products(9) })).toBe("products/*");
  expect(await pathOf({ few: products(3), products: Array.from({ length: 9 }, (_, i) => product(i)) })).toBe(
    "products/*",
  );
});

test.each([
  ["a single member", products(1)],
  ["two members", products(2)],
  ["members of different shapes", { meta: { page: 1 }, shop: { url: "x" }, owner: { mail: "y" }, x: { a: 1 } }],
  ["a member that is not an object", { ...products(3), count: 3 }],
  ["fields with their labels", { sku: { value: "A", label: "SKU" }, name: { value: "n" }, price: { value: 1 } }],
  ["the sizes of a product", { dimensions: products(3, (i) => ({ value: i, unit: "cm" })), sku: "A" }],
  ["the sizes of a product without SKU", { name: "x", dimensions: products(3, (i) => ({ value: i, unit: "cm" })) }],
  [
    "objects without values of their own",
    { de: { texts: { a: 1 } }, en: { texts: { b: 1 } }, fr: { texts: { c: 1 } } },
  ],
])("%s: the file is one record", async (_, value) => {
  expect(await pathOf(value)).toBe("");
});

test("members that are no objects are no records; an empty object is one", async () => {
  const value = { links: { products: "x" }, products: { ...products(3), b: null, c: 5, d: [{ name: "y" }], e: {} } };
  const tree = { record: "products/*", paths: [], objects: [], keeps: true };
  const { cells, faults } = await readCells(JSON.stringify(value), { tree });
  expect(faults).toEqual([]);
  expect(cells.slice(3)).toEqual([
    ["", "y", ""],
    ["e", "", ""],
  ]);
});

test("a member of the same name in the records is kept", async () => {
  const { header, cells } = await readCells(JSON.stringify(products(3, (i) => ({ "@key": `k${i}`, name: "x" }))));
  expect(header).toEqual(["@key", "name"]);
  expect(cells[0]).toEqual(["k0", "x"]);
});

test("objects in objects, at the greatest depth, and with thousands of names", async () => {
  let nested: unknown = products(3);
  for (let i = 0; i < 60; i++) nested = { a: nested };
  expect(await pathOf(nested)).toBe(`${"a/".repeat(60)}*`);
  let deep: unknown = { name: "x" };
  for (let i = 0; i < 14; i++) deep = { a: deep, b: deep };
  expect(outlineOf(deep)).toEqual([]);
  expect(outlineOf(products(3, () => products(5000, (i) => i)))).toEqual(["*"]);
  expect(outlineOf(products(3000, (i) => ({ [`n${i}`]: 1 })))).toEqual([]);
});

test("200,000 members, with a list in each", async () => {
  const member = (i: number): string => `"A-${i}":{"name":"Lamp ${i}","tags":[{"t":${i}}]}`;
  const text = `{${Array.from({ length: 200_000 }, (_, i) => member(i)).join(",\n")}}`;
  const { cells, lines } = await readCells(text);
  expect(cells).toHaveLength(200_000);
  expect(cells.at(-1)).toEqual(["A-199999", "Lamp 199999", "199999"]);
  expect(lines.at(-1)).toBe(200_000);
});
