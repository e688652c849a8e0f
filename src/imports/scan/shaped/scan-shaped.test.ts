// Imports of files in which several rows form a product.
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  rejectsOf,
} from "../../../../tests/support/import-file.ts";
import { mapping as mappingSchema } from "../../../../contract/mapping/mapping.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 3);
beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

const products = async (): Promise<unknown[]> =>
  (await pool.query<object>("select sku, name, description, attributes from products order by sku")).rows;

const MERGE = mappingSchema.parse({
  key: "sku",
  name: "name",
  description: "text",
  attributes: { colour: "colour" },
  keep: false,
  repeats: "merge",
  empty: ["--"],
});

test("a file with markers and merged rows changes nothing when it is imported again", async () => {
  const file = "sku,name,text,colour\nA-1,Lamp,--,--\nA-1,,Bright,red\nB-1,Desk,,\nB-1,,,--\n";
  const first = await importBytes(context, file, { mapping: MERGE });
  expect(first).toMatchObject({ state: "done", created: 2, adds: 2 });
  const stored = [
    { sku: "A-1", name: "Lamp", description: "Bright", attributes: { colour: "red" } },
    { sku: "B-1", name: "Desk", description: "", attributes: {} },
  ];
  expect(await products()).toEqual(stored);
  const second = await importBytes(context, file, { mapping: MERGE });
  expect(second).toMatchObject({ state: "done", updated: 0, unchanged: 2 });
  expect(await products()).toEqual(stored);
});

test("the option repeats overrides the statement of the mapping", async () => {
  const file = "sku,name,text,colour\nA-1,Lamp,,red\nA-1,Desk,Big,\n";
  const import_ = await importBytes(context, file, { mapping: MERGE, repeats: "last" });
  expect(import_).toMatchObject({ state: "done", created: 1, superseded: 1, adds: 0 });
  expect(await products()).toEqual([{ sku: "A-1", name: "Desk", description: "Big", attributes: {} }]);
});

test("a notice counts the products without those that are rejected or superseded", async () => {
  const mapping = mappingSchema.parse({ key: "sku", name: "name", group: { by: "handle", adds: [{ blank: "name" }] } });
  const file = "handle,sku,name\nh1,A-1,Lamp\nh1,,Shade\nh2,A-1,Desk\nh3,,\n";
  const import_ = await importBytes(context, file, { mapping });
  expect(import_).toMatchObject({ state: "done", created: 1, superseded: 1, rejected: 2 });
  expect(import_.notices).toMatchObject([{ code: "rows_grouped", values: { products: 1, rows: 4 } }]);
  expect(await rejectsOf(context, import_.id)).toMatchObject([
    { row: 2, code: "sku_empty" },
    { row: 4, code: "no_base_row", message: expect.stringContaining("no row of the group is a product") as string },
  ]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("products that are much larger than their file are refused before they fill the disk", async () => {
  const mapping = mappingSchema.parse({
    key: "sku",
    name: "name",
    tables: { paths: { record: ".", key: "sku", value: "text", parent: "parent", join: ">" } },
    attributes: { path: { from: "parent", lookup: "paths" } },
  });
  const text = "x".repeat(2000);
  const levels = Array.from({ length: 64 }, (_, i) => `L-${i},Level,${text},${i === 0 ? "" : `L-${i - 1}`}\n`).join("");
  const rows = Array.from({ length: 900 }, (_, i) => `A-${i},Lamp,,L-63\n`).join("");
  const import_ = await importBytes(context, `sku,name,text,parent\n${levels}${rows}`, { mapping });
  expect(import_).toMatchObject({
    state: "failed",
    problem: { type: "/problems/mapping-invalid", reason: "mapping-products-too-large" },
  });
  expect(await products()).toEqual([]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});
