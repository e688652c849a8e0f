// Imports random files, in small chunks and with a real database, and compares the results with those of the sequential model.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Import, ImportOptions } from "../../contract/imports/imports.ts";
import { csvLine } from "../../src/csv-line.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, leftovers, rejectsOf } from "../support/import-file.ts";
import { applyFile, isBlank, keyOf, type Catalogue, type ModelProduct } from "./sequential-model.ts";
import { runs } from "../support/random-runs.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 3);

const sku = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      "a-1",
      "A-1",
      " a-1 ",
      "b 2",
      "B 2",
      "é/3",
      "É/3",
      "e\u0301/3",
      "0017",
      "1E5",
      "ß",
      "x,y",
      'q"q',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("", "  ") },
  { weight: 2, arbitrary: fc.nat(30).map((number) => `p-${number}`) },
);
const text = fc.constantFrom("", "one", "two", "line\nbreak", 'quo"te', " padded ", "ünï, çødé", "\\", "{}", "\u2028");
const active = fc.constantFrom("", "yes", "no", "true", "0", "perhaps");

const file = fc
  .record({
    columns: fc.subarray(["name", "description", "active", "Brand", "__proto__", "price"], { minLength: 0 }),
    shuffle: fc.nat(5),
    options: fc.record({
      mode: fc.constantFrom("upsert" as const, "upsert" as const, "create" as const, "update" as const),
      repeats: fc.constantFrom("last" as const, "last" as const, "first" as const, "reject" as const),
      strict: fc.constantFrom(false, false, false, true),
      active: fc.boolean(),
    }),
  })
  .chain(({ columns, shuffle, options }) => {
    const header = [...columns];
    header.splice(Math.min(shuffle, header.length), 0, "sku");
    const cells = fc.tuple(...header.map((name) => (name === "sku" ? sku : name === "active" ? active : text)));
    const long = fc.tuple(cells, fc.array(text, { minLength: 1, maxLength: 2 })).map((parts) => parts.flat());
    // A program that omits trailing blank cells omits all of them, so the last remaining cell is not blank.
    const short = fc.tuple(cells, fc.nat(header.length)).map(([whole, length]) => {
      const kept = whole.slice(0, length);
      while (isBlank(kept.at(-1)?.trim() ?? "x")) kept.pop();
      return kept;
    });
    const ragged = fc.oneof(long, short);
    const row = fc.oneof({ weight: 15, arbitrary: cells }, { weight: 1, arbitrary: ragged });
    return fc.record({
      header: fc.constant(header),
      options: fc.constant(options),
      rows: fc.array(row, { maxLength: 20 }),
    });
  });

let heldFiles = 0;

test("a sequence of random files gives the products and counts of the sequential model", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 4 }), async (files) => {
      await pool.query("truncate products, product_history");
      const model: Catalogue = new Map();
      for (const { header, rows, options } of files) {
        // A row that contains only blank cells is a blank line. It is not a record, unless the file has only one column.
        const records = rows.filter((cells) => (header.length === 1 && cells.length === 1) || !cells.every(isBlank));
        const body = [header, ...records].map(csvLine).join("");
        const fixed = {
          delimiter: ",",
          quote: '"',
          escape: '"',
          header: true,
          preamble: 0,
          formula_escape: true,
          encoding: "utf-8" as const,
        };
        const result = await importBytes(context, body, { ...options, ...fixed });
        if (result.problem?.type === "/problems/name-in-doubt") {
          // No row can be imported: the products do not exist, and the file has no names.
          const before = sorted(model);
          expect(["held", "failed"]).toContain(result.state);
          if (result.state === "held") heldFiles++;
          const { counts } = applyFile(model, header, records, { ...options, strict: false });
          expect({ ...counts, sorted: sorted(model) }).toMatchObject({
            created: 0,
            updated: 0,
            unchanged: 0,
            sorted: before,
          });
          expect(header).not.toContain("name");
          expect(await readCatalogue()).toEqual(before);
          continue;
        }
        const { counts, rejects } = applyFile(model, header, records, options);
        checkCounts(result, counts, options);
        if (!options.strict) {
          expect(new Map((await rejectsOf(context, result.id)).map(({ row, code }) => [row, code]))).toEqual(rejects);
        }
        expect(await readCatalogue()).toEqual(sorted(model));
      }
      const { files: left, ...others } = await leftovers(context);
      // The files of held imports are kept.
      expect({ count: left.length, ...others }).toEqual({ count: heldFiles, chunks: 0, staged: 0 });
      await checkHistory();
    }),
    { numRuns: runs(20) },
  );
});

function checkCounts(
  result: Import,
  expected: object & { rejected: number },
  options: Pick<ImportOptions, "strict">,
): void {
  const { rows, created, updated, unchanged, superseded, rejected, state } = result;
  if (options.strict && expected.rejected > 0) {
    expect({ state, created, updated, unchanged }).toEqual({ state: "failed", created: 0, updated: 0, unchanged: 0 });
    expect(result.problem?.type).toBe("/problems/rejected-rows");
    return;
  }
  const isNothingApplied = created + updated + unchanged === 0;
  expect({ state, problem: result.problem?.type }).toEqual(
    isNothingApplied
      ? { state: "failed", problem: "/problems/nothing-imported" }
      : { state: "done", problem: undefined },
  );
  expect({ rows, created, updated, unchanged, superseded, rejected }).toEqual(expected);
}

async function readCatalogue(): Promise<[string, ModelProduct][]> {
  const { rows } = await pool.query<ModelProduct & { sku_key: string }>(
    "select sku_key, sku, name, description, active, attributes, version from products order by sku_key",
  );
  return rows.map(({ sku_key, ...product }) => [sku_key, product]);
}

const sorted = (model: Catalogue): [string, ModelProduct][] =>
  [...model].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** Checks that all versions of each product are stored: the newest in the catalogue, the others in the history. */
async function checkHistory(): Promise<void> {
  const { rows } = await pool.query<{ sku_key: string; version: number; kept: number[] }>(
    `select p.sku_key, p.version, coalesce(array_agg(h.version order by h.version) filter (where h.version is not null), '{}') as kept
     from products p left join product_history h using (sku_key, id) group by p.sku_key, p.version`,
  );
  for (const { version, kept } of rows)
    expect(kept).toEqual(Array.from({ length: version - 1 }, (_, index) => index + 1));
}

test("the model's SKU key equals the importer's for the SKUs of this test", async () => {
  const { skuKey } = await import("../../src/catalog/product/sku-key.ts");
  for (const spelling of ["A-1", " a-1 ", "É/3", "e\u0301/3", "ß", "0017"])
    expect(skuKey(spelling)).toBe(keyOf(spelling));
});
