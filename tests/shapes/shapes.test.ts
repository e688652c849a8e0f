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
import { createRefuser } from "../../src/imports/scan/shaped/refuse-records.ts";
import { formInMemory } from "../../src/imports/shape/form-in-memory.ts";
import { isShapedPlan } from "../../src/imports/shape/record-judge.ts";
import { splitProducts } from "../../src/imports/shape/products-text.ts";
import { PRODUCTS_DIALECT } from "../../src/imports/shape/products-text.ts";
import { productsOf, type ShapeProduct, type ShapeResult } from "./products-of.ts";

interface Expected {
  before: string | null;
  counts: { records: number; adds: number; ignored: number; rejected: number; superseded: number; deleted?: number };
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
  const { header } = head.table;
  const names = header.length > 0 ? header : head.table.columns.map(({ name }) => name);
  const { columns, plan, missing } = compileMapping(mapping, names);
  expect(missing).toEqual([]);
  const layout = layoutOf(planLayoutColumns(columns, plan));
  if (isShapedPlan(plan)) {
    const left = { adds: 0, ignored: 0, rejects: [] as ShapeResult["rejects"] };
    const formed = formInMemory(
      plan,
      {
        records: head.records,
        dialect: head.dialect,
        refusalOf: createRefuser({ columns, header: head.table.header }, plan, head.dialect)(head.records),
      },
      {
        reject: ({ row }, code) => left.rejects.push({ record: row, message: code }),
        rejectFault: ({ row }, { text, expected }) =>
          left.rejects.push({ record: row, message: `"${text}" is not ${expected}` }),
        ignore: (_, code) => (code === "adds" ? left.adds++ : left.ignored++),
        refuse: ({ row }, refusal) =>
          "code" in refusal ? left.rejects.push({ record: row, message: refusal.code }) : left.ignored++,
      },
    );
    const records = splitProducts(formed.text, layout);
    const result = productsOf(records, { layout, dialect: PRODUCTS_DIALECT, mapper: null });
    return {
      ...result,
      records: head.records.count,
      adds: left.adds,
      ignored: result.ignored + left.ignored,
      rejects: [...left.rejects, ...result.rejects].toSorted((a, b) => a.record - b.record),
    };
  }
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
    expect({
      records: found.records,
      adds: found.adds,
      ignored: found.ignored,
      superseded: found.superseded,
      deleted: found.deleted,
    }).toEqual({
      records: expected.counts.records,
      adds: expected.counts.adds,
      ignored: expected.counts.ignored,
      superseded: expected.counts.superseded,
      deleted: expected.counts.deleted ?? 0,
    });
    // Files that update existing products are not compared here: imports.test.ts imports them into a database.
    if (expected.before === null) expect(found.products).toEqual(expected.products);
  });
});
