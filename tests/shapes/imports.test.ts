// Imports samples of supplier and shop files by their mappings, through the database, and compares counts, rejects and products with the
// expected ones. Then imports an export of the products, which must change nothing.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { beforeEach, expect, test } from "vitest";
import { export_query } from "../../contract/catalog/export.ts";
import { mapping as mappingSchema, type Mapping } from "../../contract/mapping/mapping.ts";
import { import_query, type Import } from "../../contract/imports/imports.ts";
import { exportProducts } from "../../src/catalog/export/export-products.ts";
import { previewFile } from "../../src/imports/preview/preview.ts";
import { putProfile } from "../../src/profiles/change-profile.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, leftovers, NOTHING_LEFT, rejectsOf } from "../support/import-file.ts";
import type { ShapeProduct } from "./products-of.ts";

const { pool } = await createTestDatabase();
// Small chunks, so that a file has several.
const context = await createImportContext(pool, 7);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

interface Expected {
  /** The files in the order in which they are imported. */
  files: string[];
  /** A file that is imported first, without a mapping. */
  before: string | null;
  counts: Record<
    "records" | "created" | "updated" | "unchanged" | "deleted" | "adds" | "superseded" | "ignored" | "rejected",
    number
  >;
  /** `record` is the number of the rejected record, from 1. */
  rejects: { record: number }[];
  products: ShapeProduct[];
}

const ROOTS = ["../fixtures/shapes", "../fixtures/imports"].map((root) => resolve(import.meta.dirname, root));
const folders = ROOTS.flatMap((root) => readdirSync(root).map((name) => join(root, name)));

/** Returns the mapping of a file: for `stock.csv`, `stock.mapping.json` if it exists, otherwise `mapping.json`. */
function mappingOf(folder: string, file: string): Mapping {
  const own = join(folder, `${file.replace(/\.\w+$/, "")}.mapping.json`);
  const path = existsSync(own) ? own : join(folder, "mapping.json");
  return mappingSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}

/** Returns the products of the preview of a whole file. */
async function previewed(bytes: Buffer, mapping: Mapping): Promise<ShapeProduct[]> {
  const { products, problem } = await previewFile(bytes, true, import_query.parse({ mapping }));
  expect(problem).toBeNull();
  return products.map(({ row: _row, line: _line, ...product }) => ({
    ...product,
    description: product.description === "" ? null : product.description,
    parent_sku: product.parent_sku === "" ? null : product.parent_sku,
  }));
}

async function storedProducts(): Promise<ShapeProduct[]> {
  const { rows } = await pool.query<ShapeProduct>(
    `select sku, name, nullif(description, '') as description, active, nullif(parent_sku, '') as parent_sku, attributes
     from products order by sku collate "C"`,
  );
  return rows;
}

async function importExport(format: "jsonl" | "csv"): Promise<Import> {
  const { bytes } = await exportProducts(pool, export_query.parse({ format }));
  return importBytes(context, await buffer(bytes));
}

const total = (imports: readonly Import[], count: keyof Expected["counts"]): number =>
  imports.reduce((sum, each) => sum + ((count === "records" ? each.rows : each[count]) ?? 0), 0);

test.each(folders.map((folder) => [folder.split("/").at(-1) as string, folder]))("%s", async (_, folder) => {
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const read = (file: string): Buffer => readFileSync(join(folder, file));
  if (expected.before !== null)
    expect(await importBytes(context, read(expected.before))).toMatchObject({ state: "done", rejected: 0 });
  const imports: Import[] = [];
  for (const file of expected.files)
    imports.push(await importBytes(context, read(file), { mapping: mappingOf(folder, file) }));
  for (const each of imports) expect(each).toMatchObject({ state: "done", problem: null });
  const counted = Object.keys(expected.counts).filter((name) => name === "records" || name in (imports[0] ?? {}));
  const names = counted as (keyof Expected["counts"])[];
  expect(Object.fromEntries(names.map((name) => [name, total(imports, name)]))).toEqual(
    Object.fromEntries(names.map((name) => [name, expected.counts[name]])),
  );
  const rejects = await Promise.all(imports.map(({ id }) => rejectsOf(context, id)));
  expect(rejects.flat().map(({ row }) => row)).toEqual(expected.rejects.map(({ record }) => record));
  expect(await storedProducts()).toEqual(expected.products.toSorted((a, b) => (a.sku < b.sku ? -1 : 1)));
  const products = expected.products.length;
  for (const format of ["jsonl", "csv"] as const)
    expect(await importExport(format)).toMatchObject({ state: "done", rows: products, unchanged: products });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("a file without a header is read with the profile that the options name", async () => {
  const folder = join(resolve(import.meta.dirname, "../fixtures/shapes"), "record-types");
  const mapping = mappingOf(folder, "input.001");
  await putProfile(pool, {
    name: "Record types",
    definition: mapping,
    actor: "test",
    confirm: false,
    preconditions: { if_match: undefined },
  });
  const done = await importBytes(context, readFileSync(join(folder, "input.001")), { profile: "Record types" });
  expect(done).toMatchObject({ state: "done", created: 15, profile: { name: "Record types", version: 1 } });
  expect(done.notices.map(({ code }) => code)).toEqual(["rows_grouped", "short_rows"]);
});

test.each(folders.map((folder) => [folder.split("/").at(-1) as string, folder]))(
  "the preview of %s shows the products that the import stores",
  async (_, folder) => {
    const { before, files, products } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
    // Skip imports into a catalogue that has products: a preview does not read the catalogue.
    if (before !== null || files.length > 1) return;
    const file = files[0] as string;
    const shown = await previewed(readFileSync(join(folder, file)), mappingOf(folder, file));
    expect(shown.length).toBe(Math.min(20, products.length));
    const bySku = new Map(products.map((product) => [product.sku, product]));
    for (const product of shown) expect(product).toEqual(bySku.get(product.sku));
  },
);
