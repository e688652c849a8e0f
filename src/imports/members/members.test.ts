// Tests imports of zip files with several tables.
import { createHash } from "node:crypto";
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Import } from "../../../contract/imports/imports.ts";
import type { Reject } from "../../../contract/imports/imports.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";
import {
  importBytes,
  leftovers,
  NOTHING_LEFT,
  receiveBytes,
  rejectsOf,
  workOn,
  uploadedFiles,
} from "../../../tests/support/import-file.ts";
import { zipOf } from "../../../tests/support/files/make-zip.ts";
import { finishImport } from "../finish-import.ts";
import { continueImport } from "../held/hold-import.ts";
import { runLoader } from "../load/loader.ts";
import { sweepFiles } from "../recovery/sweep-files.ts";
import { runScan } from "../scan/run-scan.ts";
import { readImport } from "../store.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database, 7);
const signal = new AbortController().signal;

beforeEach(async () => {
  await pool.query(
    "truncate products, product_history, imports, import_chunks, import_rejects, column_choices cascade",
  );
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
});

const SET = {
  "README.txt": "Catalogue of 2026\n",
  "prices.csv": "sku,price\nA-1,2.50\nA-2,3\nA-9,1\n",
  "products.csv": "sku,name\nA-1,Lamp\nA-2,Desk\n",
  "customers.csv": "customer,city\nAnna,Bonn\nBen,Rome\n",
  "stock.csv": "sku,stock\nA-1,7\n",
};

/** Works on the import and on all imports that follow it. */
async function workOnAll(id: number): Promise<Import[]> {
  const imports: Import[] = [];
  for (let next: number | null = id; next !== null;) {
    const ended: Import = await workOn(context, next);
    imports.push(ended);
    next = ended.followed_by;
  }
  return imports;
}

const importAll = async (files: Record<string, string>, options = {}): Promise<Import[]> =>
  workOnAll((await receiveBytes(context, await zipOf(files), options)).id);

const countImports = async (): Promise<number> =>
  (await pool.query<{ count: number }>("select count(*)::int as count from imports")).rows[0]?.count ?? 0;

async function products(): Promise<unknown[]> {
  const { rows } = await pool.query<{ sku: string; name: string; attributes: object }>(
    "select sku, name, attributes from products order by sku",
  );
  return rows.map(({ sku, name, attributes }) => [sku, name, attributes]);
}

const readMembers = ({ dialect }: Import): string[] =>
  (dialect?.members ?? []).filter(({ read }) => read).map(({ name }) => name);

test("the tables of a zip file are imported one after another, each as an import of its own", async () => {
  const imports = await importAll(SET);
  expect(imports.map((each) => [readMembers(each), each.state, each.options.mode, each.created, each.updated])).toEqual(
    [
      [["products.csv"], "done", "upsert", 2, 0],
      [["prices.csv"], "done", "update", 0, 2],
      [["stock.csv"], "done", "update", 0, 1],
    ],
  );
  expect(await products()).toEqual([
    ["A-1", "Lamp", { price: "2.50", stock: "7" }],
    ["A-2", "Desk", { price: "3" }],
  ]);
  const [first, second, third] = imports as [Import, Import, Import];
  expect([first.follows, second.follows, third.follows]).toEqual([null, first.id, second.id]);
  expect(new Set(imports.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(first.notices).toMatchObject([
    { code: "next_members", values: { members: '"prices.csv", "stock.csv"' } },
    { code: "other_members", values: { members: '"customers.csv"' } },
  ]);
  expect(await rejectsOf(context, second.id)).toMatchObject([{ line: 4, code: "does_not_exist" }]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("each import has its own changeset, and all together can be undone", async () => {
  const imports = await importAll(SET);
  const undo = async ({ changeset_id }: Import): Promise<void> => {
    const { body } = await ask("POST", `/api/changesets/${changeset_id}/undo`);
    await finish(body.id);
  };
  await undo(imports[2] as Import);
  await undo(imports[1] as Import);
  expect(await products()).toEqual([
    ["A-1", "Lamp", {}],
    ["A-2", "Desk", {}],
  ]);
  await undo(imports[0] as Import);
  expect(await products()).toEqual([]);
});

test("an import that is held, cancelled or fails is not followed by the next table", async () => {
  const files = { ...SET, "products.csv": "item number,code,name\n1,A-1,Lamp\n2,A-2,Desk\n3,A-3,Chair\n" };
  const cancelled = await receiveBytes(context, await zipOf(files));
  await workOn(context, cancelled.id);
  await finishImport(context, cancelled.id, "cancelled");
  expect(await readImport(pool, cancelled.id)).toMatchObject({ state: "cancelled", followed_by: null });

  const held = await importAll(files);
  expect(held).toMatchObject([{ state: "held", followed_by: null, problem: { option: "key" } }]);
  expect(await sweepFiles(context)).toBe(0);
  const { id } = held[0] as Import;
  await continueImport(context, id, { key: "code" });
  // The answer belongs to the table that raised the question. The other tables have no column `code`.
  expect((await workOnAll(id)).map(({ state, created, updated }) => [state, created, updated])).toEqual([
    ["done", 3, 0],
    ["done", 0, 2],
    ["done", 0, 1],
  ]);

  const failed = await importAll({ ...SET, "products.csv": "sku,name\n,Lamp\n,Desk\n" });
  expect(failed).toMatchObject([{ state: "failed", followed_by: null }]);
  expect((await leftovers(context)).files).toEqual([]);
});

test("a review shows each table before it is imported", async () => {
  const { id } = await receiveBytes(context, await zipOf(SET), { review: "always" });
  expect(await workOn(context, id)).toMatchObject({ state: "held", followed_by: null });
  await continueImport(context, id, { review: "never" });
  const next = (await workOn(context, id)).followed_by as number;
  expect(await workOn(context, next)).toMatchObject({ state: "done", follows: id });
});

test("if the process dies while an import ends or the next one is scanned, each table is imported once", async () => {
  const { id } = await receiveBytes(context, await zipOf(SET));
  await runScan(context, id, signal);
  // Several loaders end the import at the same time.
  await Promise.all(Array.from({ length: 4 }, () => runLoader(context, id, signal)));
  await Promise.all(Array.from({ length: 4 }, () => finishImport(context, id, "done")));
  expect(await countImports()).toBe(2);
  const next = (await readImport(pool, id))?.followed_by as number;
  // A scan that was stopped has taken a scan token, and may have left files.
  const stopped = new AbortController();
  stopped.abort();
  await runScan(context, next, stopped.signal);
  await finishImport(context, id, "done");
  expect(await sweepFiles(context)).toBe(0);
  expect(await workOnAll(next)).toMatchObject([
    { state: "done", updated: 2 },
    { state: "done", updated: 1 },
  ]);
  expect(await countImports()).toBe(3);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("one table can be chosen, and is imported alone", async () => {
  expect(await importAll(SET, { member: "products.csv" })).toMatchObject([{ state: "done", created: 2 }]);
  expect(await importAll(SET, { member: "x.csv" })).toMatchObject([
    { state: "failed", problem: { type: "/problems/no-such-member" } },
  ]);
});

test("the columns that the options name choose the tables", async () => {
  const files = {
    "a.csv": "Art,Titel\nA-1,Lamp\n",
    "b.csv": "Art,Preis\nA-1,5\n",
    "c.csv": "sku,name\nA-7,Chair\n",
  };
  const imports = await importAll(files, { key: "art", name: "Titel" });
  expect(imports.map((each) => [readMembers(each), each.state, each.options.name])).toEqual([
    [["a.csv"], "done", "Titel"],
    [["b.csv"], "done", undefined],
  ]);
  expect(await products()).toEqual([["A-1", "Lamp", { Preis: "5" }]]);
});

test("tables with the same header are one import, and its rejected rows name their files", async () => {
  const [done, ...others] = await importAll({
    "part-2.csv": "sku,name\nB-1,Desk\n,Chair\n",
    "part-10.csv": "sku,name\n\nC-1,Sofa\n,Stool\n",
    "part-1.csv": "sku,name\nA-1,Lamp\n",
  });
  expect(others).toEqual([]);
  expect(done).toMatchObject({ state: "done", rows: 5, created: 3, rejected: 2, notices: [] });
  const answer = await app.inject(`/api/imports/${(done as Import).id}/rejects`);
  expect(answer.json<{ items: Reject[] }>().items.map(({ member }) => member)).toEqual([
    { name: "part-2.csv", line: 3 },
    { name: "part-10.csv", line: 4 },
  ]);
});

test("an import of parts equals the import of the whole file", async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `P-${i % 250},Product ${i},${i % 7}\n`);
  const digest = async (): Promise<string> => {
    const { rows: found } = await pool.query("select sku, name, attributes from products order by sku_key");
    return createHash("sha256").update(JSON.stringify(found)).digest("hex");
  };
  const whole = await importBytes(context, `sku,name,size\n${rows.join("")}`);
  const expected = await digest();
  await pool.query("truncate products, product_history cascade");
  const parts: Record<string, string> = {};
  for (let i = 0; i < 10; i++) parts[`p${i}.csv`] = `sku,name,size\n${rows.slice(i * 30, (i + 1) * 30).join("")}`;
  const [joined] = await importAll(parts);
  expect(await digest()).toBe(expected);
  const counts = ({ rows, created, superseded, rejected }: Import): unknown => [rows, created, superseded, rejected];
  expect(counts(joined as Import)).toEqual(counts(whole));
});
