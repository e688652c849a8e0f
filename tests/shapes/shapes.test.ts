// Reads samples of supplier and shop files by their mappings, in memory, and compares the products with the expected ones. Each folder of
// tests/fixtures/shapes contains a file, its mapping and the expected result.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { mapping as mappingSchema, type Mapping } from "../../contract/mapping/mapping.ts";
import { compileMapping } from "../../src/imports/mapping/compile.ts";
import { createMapper } from "../../src/imports/mapping/mapper.ts";
import { planLayoutColumns } from "../../src/imports/mapping/plan.ts";
import { layoutOf } from "../../src/imports/layout.ts";
import { overridesOf } from "../../src/imports/options/overrides.ts";
import { readHead } from "../../src/imports/read/read-head.ts";
import { productsOf, type ShapeProduct } from "./products-of.ts";

interface Expected {
  before: string | null;
  counts: { records: number; ignored: number; rejected: number; superseded: number };
  rejects: { record: number }[];
  products: ShapeProduct[];
}

const FIXTURES = resolve(import.meta.dirname, "../fixtures/shapes");
const folders = readdirSync(FIXTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const readJson = (folder: string, name: string): unknown =>
  JSON.parse(readFileSync(join(FIXTURES, folder, name), "utf8"));

async function readShape(folder: string, mapping: Mapping) {
  const name = readdirSync(join(FIXTURES, folder)).find((file) => file.startsWith("input.")) ?? "";
  const bytes = readFileSync(join(FIXTURES, folder, name));
  const head = await readHead(bytes, true, overridesOf({ mapping }));
  if (head === undefined) throw new Error(`${name} has no head`);
  const { columns, plan, missing } = compileMapping(mapping, head.table.header);
  expect(missing).toEqual([]);
  const layout = layoutOf(planLayoutColumns(columns, plan));
  return productsOf(head.records, {
    layout,
    dialect: head.dialect,
    mapper: plan === null ? null : createMapper(plan, head.dialect),
  });
}

describe("a file of each shape", () => {
  test.each(folders.map(({ name }) => name))("%s", async (folder) => {
    const expected = readJson(folder, "expected.json") as Expected;
    const found = await readShape(folder, mappingSchema.parse(readJson(folder, "mapping.json")));
    expect(found.rejects.map(({ record }) => record)).toEqual(expected.rejects.map(({ record }) => record));
    expect({ records: found.records, ignored: found.ignored, superseded: found.superseded }).toEqual({
      records: expected.counts.records,
      ignored: expected.counts.ignored,
      superseded: expected.counts.superseded,
    });
    // Files that update existing products are not compared here: imports.test.ts imports them into a database.
    if (expected.before === null) expect(found.products).toEqual(expected.products);
  });
});
