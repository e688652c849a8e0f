// Imports whose rows form products together: which notices they have, and what happens between scan and loading.
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { readImport } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  receiveBytes,
  rejectsOf,
  uploadedFiles,
} from "../support/import-file.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 2);
beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

const FIXTURES = resolve(import.meta.dirname, "../fixtures");
const fixture = (path: string): Promise<Buffer> => readFile(resolve(FIXTURES, path));
const mappingOf = async (shape: string): Promise<Mapping> =>
  JSON.parse((await fixture(`shapes/${shape}/mapping.json`)).toString()) as Mapping;

const products = async (): Promise<unknown[]> =>
  (
    await pool.query<object>(
      "select sku, name, parent_sku, attributes->'images' as images, source_line as line from products order by sku",
    )
  ).rows;

test("variants share the title of their first row, and a row with an image only adds it", async () => {
  const file = await fixture("reports/a15-shopify-variants.csv");
  const import_ = await importBytes(context, file, { mapping: await mappingOf("shopify-variants") });
  expect(import_).toMatchObject({ state: "done", rows: 4, created: 3, rejected: 0 });
  const images = ["https://x.example/1.jpg", "https://x.example/2.jpg"];
  expect(await products()).toEqual([
    { sku: "a15-L", name: "Shirt", parent_sku: "shirt", images, line: 4 },
    { sku: "a15-M", name: "Shirt", parent_sku: "shirt", images, line: 3 },
    { sku: "a15-S", name: "Shirt", parent_sku: "shirt", images, line: 2 },
  ]);
});

test.each([
  [
    "shopify-variants",
    '40 products in 52 rows: rows with the same "Handle" belong together; 12 rows only add "images".',
  ],
  ["magento-store-views", '12 products in 25 rows: 12 rows change products only for their value in "store_view_code".'],
  ["record-types", "15 products in 27 rows: rows with the same SKU are merged into one product."],
])("a notice states what the rows of %s mean", async (shape, message) => {
  const [file = ""] = (await readdir(resolve(FIXTURES, "shapes", shape))).filter((name) => name.startsWith("input."));
  const { notices } = await importBytes(context, await fixture(`shapes/${shape}/${file}`), {
    mapping: await mappingOf(shape),
  });
  expect(notices.find(({ code }) => code === "rows_grouped")?.message).toBe(message);
});

test("rows of which each is a product of its own are not reported as grouped", async () => {
  const mapping: Mapping = { group: { by: "Handle", fill: ["Title"] }, key: "SKU", name: "Title" };
  const { notices } = await importBytes(context, "Handle,SKU,Title\na,1,A\nb,2,B\n", { mapping });
  expect(notices).toEqual([]);
});

test("groups whose rows are not neighbours are reported with their lines", async () => {
  const file = "Handle,SKU,Title\na,1,A\nb,2,B\na,3,\n";
  const mapping: Mapping = { group: { by: "Handle", fill: ["Title"] }, key: "SKU", name: "Title" };
  const { notices } = await importBytes(context, file, { mapping });
  expect(notices.find(({ code }) => code === "group_repeated")).toMatchObject({
    count: 1,
    message: expect.stringContaining("line 4") as string,
  });
});

test("a worker that did not scan the file loads the same products, and a second import changes none", async () => {
  const mapping = await mappingOf("magento-store-views");
  const file = await fixture("shapes/magento-store-views/input.csv");
  const { signal } = new AbortController();
  const { id } = await receiveBytes(context, file, { mapping });
  // Simulate a scan that was killed: it leaves its file of formed products behind, and the next scan forms the products again.
  await runScan(context, id, signal);
  await pool.query("update imports set state = 'scanning' where id = $1", [id]);
  await pool.query("delete from import_chunks where import_id = $1", [id]);
  await runScan(context, id, signal);
  const { record_cache: _, ...other } = context;
  await Promise.all([1, 2].map(() => runLoader(other, id, signal)));
  expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 12, rejected: 1 });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  const before = await products();
  expect(await importBytes(context, file, { mapping })).toMatchObject({ state: "done", unchanged: 12, rejected: 1 });
  expect(await products()).toEqual(before);
});

test("a value that a map does not contain holds the import, and no products text is kept", async () => {
  const mapping: Mapping = {
    group: { by: "Handle" },
    key: "SKU",
    name: "Handle",
    attributes: { colour: { from: "Colour", map: { rot: "red" }, else: "hold" } },
  };
  const file = "Handle,SKU,Colour\na,1,rot\na,2,blau\n";
  const import_ = await importBytes(context, file, { mapping });
  expect(import_).toMatchObject({ state: "held", problem: { type: "/problems/value-unseen", column: "Colour" } });
  expect((await uploadedFiles(context.store.folder)).filter((name) => name.endsWith(".products"))).toEqual([]);
});

test("a marker erases fields and attributes, and a blank cell keeps them", async () => {
  const mapping: Mapping = {
    group: { by: "Handle" },
    key: "SKU",
    name: "Title",
    description: "Text",
    attributes: { colour: "Colour", size: "Size" },
    empty: ["-"],
  };
  const header = "Handle,SKU,Title,Text,Colour,Size\n";
  await importBytes(context, `${header}a,1,Lamp,Bright,red,L\n`, { mapping });
  expect(await importBytes(context, `${header}a,1,,-,-,\n`, { mapping })).toMatchObject({ updated: 1 });
  const { rows } = await pool.query("select name, description, attributes from products");
  expect(rows).toEqual([{ name: "Lamp", description: "", attributes: { Handle: "a", size: "L" } }]);
});

test("a product of more than a megabyte is rejected with a message that names its SKU and its longest value", async () => {
  const rows = ["x", "y"].map((letter, i) => `h,s-${i},Lamp,${letter.repeat(300_000)},${letter.repeat(300_001)}`);
  const file = `handle,sku,name,a,b\n${rows.join("\n")}\ng,s-3,Desk,short,short\n`;
  const mapping: Mapping = {
    key: "sku",
    name: "name",
    group: { by: "handle" },
    keep: false,
    attributes: { a: { from: "a", all: true, over: "group" }, texts: { from: "b", all: true, over: "group" } },
  };
  const done = await importBytes(context, file, { mapping });
  expect(done).toMatchObject({ state: "done", created: 1, rejected: 2 });
  const [reject] = await rejectsOf(context, done.id);
  expect(reject).toMatchObject({ row: 1, line: 2, code: "product_too_large" });
  expect(reject?.message).toBe(
    'This row, with the rows that belong to it, forms the product "s-0". All values of the product have more than 1,048,576 bytes together, and the longest value, "texts", has 600,002 characters. Shorten its values, or leave columns out in the mapping.',
  );
});
