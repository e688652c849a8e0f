// Imports random files with random mappings, with a real database and small chunks, and compares products, counts, rejects and ignored rows
// with those of a model. Edits, deletions and undos happen between the imports.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Import, ImportOptions } from "../../contract/imports/imports.ts";
import { csvLine } from "../../src/csv-line.ts";
import { listIgnored } from "../../src/imports/rejects/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { importBytes, leftovers, rejectsOf, workOn } from "../support/import-file.ts";
import { createOperationApp } from "../support/operation-app.ts";
import { files, MARKER, type MappedFile } from "./mapped-arbitraries.ts";
import { applyMapped, type MappedCatalogue, type MappedProduct } from "./mapped-model.ts";
import { difference, readCatalogue, undo, type Change } from "./undo-model.ts";
import { RUNS, runs } from "../support/random-runs.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database, 3);

/** The dialect of the file is given, so that nothing is detected. */
const DIALECT = {
  delimiter: ",",
  quote: '"',
  escape: '"',
  header: true,
  preamble: 0,
  formula_escape: false,
  encoding: "utf-8",
} as const satisfies Partial<ImportOptions>;

/** Problems of a mapping that does not fit the columns of the file. */
const UNFIT = ["mapping-invalid", "no-such-column"];

type Step =
  | { kind: "import"; file: MappedFile }
  | { kind: "again"; file: MappedFile }
  | { kind: "delete rows"; file: MappedFile }
  | { kind: "put"; sku: string; attributes: object }
  | { kind: "delete"; which: number }
  | { kind: "undo"; which: number; policy: "keep" | "overwrite" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("import" as const), file: files }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("again" as const), file: files }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete rows" as const), file: files }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      sku: fc.constantFrom("a-1", "P 4", "new", "0017", "04006381333931"),
      attributes: fc.record(
        {
          gtin: fc.constantFrom<(string | string[])[]>("4006381333931", "04006381333931", "96385074", ["96385074"]),
          ref: fc.constantFrom("p 4", "R 1", "r 2"),
          Size: fc.constantFrom<(string | string[])[]>("M", ["S", "M"]),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("undo" as const),
      which: fc.nat(20),
      policy: fc.constantFrom("keep" as const, "overwrite" as const),
    }),
  },
);

async function stored(): Promise<MappedCatalogue> {
  const { rows } = await pool.query<MappedProduct & { sku_key: string }>(
    "select sku_key, sku, name, description, active, parent_sku, attributes, version from products order by sku_key",
  );
  return new Map(rows.map(({ sku_key, ...product }) => [sku_key, product]));
}

const sorted = (catalogue: MappedCatalogue): [string, MappedProduct][] =>
  [...catalogue].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

const slugOf = ({ problem }: Import): string | undefined => problem?.type.replace("/problems/", "");

/** How often each kind of result occurred. The test fails if one of the expected kinds never occurred. */
const seen = new Map<string, number>();
const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

async function checkImport({ mapping, header, rows, options }: MappedFile): Promise<void> {
  const before = await stored();
  // A record of blank cells is a blank line.
  const records = rows.filter((cells) => cells.some((cell) => cell.trim() !== ""));
  const body = [header, ...records].map(csvLine).join("");
  const expected = applyMapped(before, { mapping, header, rows: records }, options);
  const result = await importBytes(context, body, { ...DIALECT, ...options, mapping });
  const slug = slugOf(result);
  if (slug !== undefined && UNFIT.includes(slug)) {
    note("unfit");
    expect(result.state).toBe("failed");
    expect(await stored()).toEqual(before);
    return;
  }
  if (slug === "name-in-doubt") {
    await checkNameless(result, { mapping, header, rows: records, options }, before);
  } else if (result.state === "held") {
    expect(await stored()).toEqual(before);
    note("held for a value");
    expect(slug).toBe("value-unseen");
    expect(expected.held).not.toBe(false);
    await answer(result, { mapping, header, rows: records, options }, before);
  } else {
    expect(expected.held).not.toBe(true);
    await checkResult(result, expected, options, before);
  }
}

/** Continues a held import with a mapping that keeps the values that the value map does not contain. */
async function answer(held: Import, file: MappedFile, before: MappedCatalogue): Promise<void> {
  const mapping = JSON.parse(
    JSON.stringify(file.mapping).replaceAll('"else":"hold"', '"else":"keep"'),
  ) as MappedFile["mapping"];
  const { status } = await ask("POST", `/api/imports/${held.id}/continue`, { mapping });
  expect(status).toBe(202);
  const result = await workOn(context, held.id);
  if (slugOf(result) === "name-in-doubt") await checkNameless(result, { ...file, mapping }, before);
  else await checkResult(result, applyMapped(before, { ...file, mapping }, file.options), file.options, before);
}

/** Checks an import that would create products but has no names for them. The import is held if a column could contain the names, and
 * fails if none could. */
async function checkNameless({ id, state }: Import, file: MappedFile, before: MappedCatalogue): Promise<void> {
  note("without names");
  const { counts } = applyMapped(before, file, { ...file.options, strict: false });
  // A row that would delete a product that does not exist is counted as unchanged.
  expect(counts).toMatchObject({
    created: 0,
    updated: 0,
    deleted: 0,
    ...(file.mapping.delete_when ? {} : { unchanged: 0 }),
  });
  expect(await stored()).toEqual(before);
  expect(["held", "failed"]).toContain(state);
  if (state === "held") await cancel(id);
}

const cancel = (id: number): Promise<unknown> => app.inject({ method: "POST", url: `/api/imports/${id}/cancel` });

async function checkResult(
  result: Import,
  { counts, catalogue, rejects, ignored }: ReturnType<typeof applyMapped>,
  { strict }: MappedFile["options"],
  before: MappedCatalogue,
): Promise<void> {
  const { rows, created, updated, unchanged, deleted, superseded, rejected, state } = result;
  const listed = await listIgnored(pool, result.id, { after: 0, limit: 1000, raw_characters: 100 });
  expect(listed.map(({ row }) => row)).toEqual(ignored);
  if (strict && counts.rejected > 0) {
    note("strict");
    expect({ state, slug: slugOf(result), created, updated, unchanged, deleted }).toEqual({
      state: "failed",
      slug: "rejected-rows",
      created: 0,
      updated: 0,
      unchanged: 0,
      deleted: 0,
    });
    expect(await stored()).toEqual(before);
    return;
  }
  expect({ rows, created, updated, unchanged, deleted, superseded, rejected, ignored: result.ignored }).toEqual(counts);
  expect(rows).toBe(created + updated + unchanged + deleted + superseded + rejected + result.ignored);
  if (deleted > 0) note("deleted");
  expect(state).toBe(created + updated + unchanged + deleted === 0 ? "failed" : "done");
  note(state);
  const found = (await rejectsOf(context, result.id)).sort((a, b) => a.row - b.row);
  expect(found.map(({ row }) => row)).toEqual([...rejects.keys()].sort((a, b) => a - b));
  for (const { row, code } of found) expect([...(rejects.get(row) ?? [])]).toContain(code);
  expect(sorted(await stored())).toEqual(sorted(catalogue));
}

async function newestChangeset(): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("select coalesce(max(id), 0) as id from changesets");
  return rows[0]?.id ?? 0;
}

async function take(next: Exclude<Step, { kind: "undo" }>): Promise<void> {
  switch (next.kind) {
    case "import":
      await checkImport(next.file);
      return;
    case "again": {
      await checkImport(next.file);
      const once = await stored();
      await checkImport({ ...next.file, options: { ...next.file.options, mode: "upsert" } });
      const twice = await stored();
      // Importing the same file again must change nothing, with two exceptions. If the first import did not use `upsert`, its mode may have
      // rejected rows. If the mapping has `match`, the first import may have changed the attribute by which rows find products.
      if (next.file.options.mode === "upsert" && next.file.mapping.match === undefined) expect(twice).toEqual(once);
      return;
    }
    case "delete rows": {
      // Hardly any random row has the key of an existing product, so the rows of the file first create products and then delete them.
      const { mapping, options, rows } = next.file;
      const { delete_when: _, match: _match, ignore: _ignore, blank: _blank, ...creating } = mapping;
      const file = { ...next.file, options: { ...options, mode: "upsert" as const, strict: false } };
      await checkImport({ ...file, mapping: { ...creating, key: "Art", name: { from: "Title", default: "No name" } } });
      const deleting = { ...creating, key: "Art", delete_when: { of: "State", not: ["yes", "an"] } };
      await checkImport({ ...file, mapping: deleting, rows: rows.toReversed(), options });
      return;
    }
    case "put": {
      const url = `/api/products/${encodeURIComponent(next.sku)}`;
      await app.inject({ method: "PUT", url, payload: { name: "By hand", attributes: next.attributes } });
      return;
    }
    case "delete": {
      const skus = [...(await stored()).values()].map(({ sku }) => sku);
      const sku = skus[next.which % Math.max(skus.length, 1)];
      if (sku !== undefined) await app.inject({ method: "DELETE", url: `/api/products/${encodeURIComponent(sku)}` });
    }
  }
}

interface Done {
  changeset: number;
  changes: Map<number, Change>;
}

/** Undoes one of the earlier changesets, and compares the result with the model of undo. */
async function checkUndo({ changeset, changes }: Done, policy: "keep" | "overwrite"): Promise<void> {
  const before = await readCatalogue(pool);
  const started = await ask("POST", `/api/changesets/${changeset}/undo?policy=${policy}`);
  if (started.status === 409) return;
  const operation = await finish(started.body.id);
  expect(operation).toMatchObject({ state: "done", problem: null });
  expect(await readCatalogue(pool)).toEqual(undo(before, changes, policy).catalogue);
  note("undone");
}

test(
  "a sequence of random mapped imports, edits and undos gives the products, counts and rejects of the model",
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        await pool.query("truncate products, product_history, search_backlog, operation_conflicts");
        const done: Done[] = [];
        for (const next of steps) {
          const newest = await newestChangeset();
          const before = await readCatalogue(pool);
          if (next.kind === "undo") {
            const one = done[next.which % Math.max(done.length, 1)];
            if (one !== undefined) await checkUndo(one, next.policy);
          } else await take(next);
          const changeset = await newestChangeset();
          if (changeset === newest + 1)
            done.push({ changeset, changes: difference(before, await readCatalogue(pool)) });
        }
        expect(await leftovers(context)).toEqual({ files: [], chunks: 0, staged: 0 });
        const { rows } = await pool.query("select from import_matches limit 1");
        expect(rows).toEqual([]);
      }),
      { numRuns: runs(20), endOnFailure: RUNS > 1 },
    );
    for (const what of ["done", "failed", "strict", "undone", "held for a value", "deleted"])
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(0);
  },
);

test("a marker erases an attribute even if the data of the row names the same attribute", async () => {
  const mapping: MappedFile["mapping"] = {
    key: "Art",
    name: "Title",
    attributes: { price: "Price" },
    pairs: [{ in: "More", split: ",", pair: "=" }],
    empty: [MARKER],
  };
  const file = csvLine(["Art", "Title", "Price", "More"]) + csvLine(["marked", "Lamp", MARKER, "price=9,a=1"]);
  for (const outcome of ["created", "unchanged"]) {
    expect(await importBytes(context, file, { mapping })).toMatchObject({ state: "done", [outcome]: 1 });
    expect((await stored()).get("marked")?.attributes).toEqual({ a: "1" });
  }
});
