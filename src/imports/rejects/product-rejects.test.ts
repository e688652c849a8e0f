// Rejected rows of an import whose rows form products together.
import { text } from "node:stream/consumers";
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  rejectsOf,
} from "../../../tests/support/import-file.ts";
import { rejectsCsv } from "./rejects-csv.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 2);
beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

const MAPPING: Mapping = {
  group: { by: "Handle", fill: ["Title"] },
  key: "SKU",
  name: "Title",
  parent: "Handle",
  attributes: {
    price: { from: "Price", number: "1.234,56" },
    images: { from: "Image", all: true, over: "group" },
  },
  keep: false,
};
const FILE = [
  "Handle;Title;SKU;Price;Image",
  "shirt;Shirt;S-1;1,50;1.jpg",
  "shirt;;S-2;on request;2.jpg",
  "shirt;;;3,00;3.jpg",
  "cup;;C-1;4,00;",
  "",
].join("\n");

const products = async (): Promise<unknown[]> =>
  (await pool.query<object>("select sku, name, parent_sku, attributes from products order by sku")).rows;
const IMAGES = ["1.jpg", "2.jpg", "3.jpg"];
const FIRST = { sku: "S-1", name: "Shirt", parent_sku: "shirt", attributes: { price: "1.50", images: IMAGES } };

test("rejected rows of a group are listed with their rows in the file, and can be imported again with their values", async () => {
  const import_ = await importBytes(context, FILE, { mapping: MAPPING });
  expect(import_).toMatchObject({ state: "done", rows: 4, created: 1, rejected: 3 });
  expect(await products()).toEqual([FIRST]);
  expect(await rejectsOf(context, import_.id)).toMatchObject([
    { row: 2, line: 3, code: "does_not_fit", column: "Price", value: "on request", raw: "shirt;;S-2;on request;2.jpg" },
    { row: 3, line: 4, code: "sku_empty", raw: "shirt;;;3,00;3.jpg" },
    { row: 4, line: 5, code: "name_empty", raw: "cup;;C-1;4,00;" },
  ]);
  const csv = await text(rejectsCsv(pool, import_));
  expect(csv.split("\n")[0]).toMatch(/^sku,name,parent_sku,images\[\],price,reject_row,/);
  const fixed = csv.replace("\n,Shirt", "\nS-3,Shirt").replace("C-1,,cup", "C-1,Cup,cup");
  const again = await importBytes(context, fixed, { mapping: MAPPING });
  expect(again).toMatchObject({ state: "done", created: 3, rejected: 0 });
  expect(await products()).toEqual([
    { sku: "C-1", name: "Cup", parent_sku: "cup", attributes: { price: "4.00" } },
    FIRST,
    { sku: "S-2", name: "Shirt", parent_sku: "shirt", attributes: { images: IMAGES } },
    { sku: "S-3", name: "Shirt", parent_sku: "shirt", attributes: { price: "3.00", images: IMAGES } },
  ]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("a strict import with a rejected row of a group changes nothing", async () => {
  const import_ = await importBytes(context, FILE, { mapping: MAPPING, strict: true });
  expect(import_).toMatchObject({ state: "failed", rejected: 2, problem: { type: "/problems/rejected-rows" } });
  expect(await products()).toEqual([]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});
