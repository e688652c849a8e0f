// Tests imports that are held because of a question: nothing is written, and they continue with an answer, are cancelled, or expire.
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Import } from "../../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  workOn,
  uploadedFiles,
} from "../../../tests/support/import-file.ts";
import { until } from "../../../tests/support/until.ts";
import { takeOverSilentImports } from "../recovery/take-over.ts";
import { sweepFiles } from "../recovery/sweep-files.ts";
import { readImport } from "../store.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool);
const app = await createTestApp(database, context);
const MAPPING = {
  key: "sku",
  name: "name",
  attributes: { colour: { from: "colour", map: { rot: "red" }, else: "hold" as const } },
};
const FILE = "sku,name,colour\nA-1,Lamp,rot\nA-2,Desk,blau\n";

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects, events cascade");
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
});

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast by another name, as in response.json()
async function post<T>(path: string, body?: object): Promise<{ status: number; body: T }> {
  const response = await app.inject({ method: "POST", url: path, ...(body === undefined ? {} : { payload: body }) });
  return { status: response.statusCode, body: response.json() };
}

const hold = (): Promise<Import> => importBytes(context, FILE, { mapping: MAPPING });
const skus = async (): Promise<string[]> =>
  (await pool.query<{ sku: string }>("select sku from products order by sku")).rows.map(({ sku }) => sku);

test("a question holds the import: its file is kept, nothing is written, and an event is emitted", async () => {
  const held = await hold();
  expect(held).toMatchObject({
    state: "held",
    rows: 2,
    changeset_id: null,
    problem: { type: "/problems/value-unseen", option: "mapping", candidates: [{ value: "blau" }] },
  });
  expect(Date.parse(held.upload_expires_at ?? "") - Date.now()).toBeGreaterThan(23 * 3_600_000);
  expect(await sweepFiles(context)).toBe(0);
  expect((await leftovers(context)).files).toHaveLength(1);
  expect(await skus()).toEqual([]);
  const { rows } = await pool.query("select type, data -> 'problem' ->> 'option' as option from events");
  expect(rows).toEqual([{ type: "import.held", option: "mapping" }]);
});

test("a profile that was stored for a held import stays stored if the whole file raises a question, and can be completed", async () => {
  const { id } = await importBytes(context, FILE, { review: "always" });
  const store = (definition: object): Promise<unknown> =>
    app.inject({ method: "PUT", url: "/api/profiles/Colours", payload: definition });
  const stored = async (): Promise<unknown> => (await app.inject("/api/profiles/Colours")).json();
  await store(MAPPING);
  await post(`/api/imports/${id}/continue`, { profile: "Colours", review: "never" });
  expect(await workOn(context, id)).toMatchObject({
    state: "held",
    profile: { name: "Colours", version: 1 },
    problem: { type: "/problems/value-unseen", candidates: [{ value: "blau" }] },
  });
  // The profile belongs to the user who stored it. It does not count as used, because no import has loaded with it.
  expect(await stored()).toMatchObject({ version: 1, used_at: null });
  await store({
    ...MAPPING,
    attributes: { colour: { from: "colour", map: { rot: "red", blau: "blue" }, else: "hold" } },
  });
  await post(`/api/imports/${id}/continue`, { profile: "Colours" });
  expect(await workOn(context, id)).toMatchObject({
    state: "done",
    created: 2,
    profile: { name: "Colours", version: 2 },
  });
  expect(await stored()).toMatchObject({ version: 2, used_at: expect.any(String) as string });
});

test("an answer continues the import with the changed options", async () => {
  const { id } = await hold();
  const attributes = { colour: { from: "colour", map: { rot: "red", blau: "blue" }, else: "hold" } };
  const answer = await post<Import>(`/api/imports/${id}/continue`, { mapping: { ...MAPPING, attributes } });
  expect(answer).toMatchObject({
    status: 202,
    body: { state: "scanning", problem: null, upload_expires_at: null, options: { mapping: { attributes } } },
  });
  expect(await workOn(context, id)).toMatchObject({ state: "done", created: 2, rows: 2 });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  expect(await post<ProblemDocument>(`/api/imports/${id}/continue`, {})).toMatchObject({
    status: 409,
    body: { type: "/problems/not-held" },
  });
});

test("a doubtful key is answered by the name of a column", async () => {
  const file = "item number,code,name\n1,A-1,Lamp\n2,A-2,Desk\n3,A-3,Chair\n";
  const held = await importBytes(context, file);
  expect(held).toMatchObject({ state: "held", problem: { option: "key" } });
  await post(`/api/imports/${held.id}/continue`, { key: "code" });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 3 });
  expect(await skus()).toEqual(["A-1", "A-2", "A-3"]);
});

test("an answer that raises the question again holds the import again", async () => {
  const { id } = await hold();
  await post(`/api/imports/${id}/continue`, { strict: true });
  expect(await workOn(context, id)).toMatchObject({ state: "held", options: { strict: true, mapping: MAPPING } });
});

test("an answer that arrives while another answer is stored is added to that answer", async () => {
  const { id, options } = await hold();
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("update imports set options = $2 where id = $1", [
      id,
      JSON.stringify({ ...options, delimiter: "," }),
    ]);
    const answer = post(`/api/imports/${id}/continue`, { strict: true });
    await until(async () => {
      const { rows } = await pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return rows.length === 1;
    });
    await client.query("commit");
    expect(await answer).toMatchObject({ status: 202, body: { options: { delimiter: ",", strict: true } } });
  } finally {
    client.release();
  }
});

test.each(["\0", "\ud800"])("an answer that contains %j is refused, and the import still waits", async (text) => {
  const { id } = await hold();
  for (const answer of [{ mapping: { ...MAPPING, description: `a${text}` } }, { key: `sku${text}` }])
    expect(await post(`/api/imports/${id}/continue`, answer)).toMatchObject({ status: 400 });
  expect(await readImport(pool, id)).toMatchObject({ state: "held", options: { mapping: MAPPING } });
});

test("a held import can be cancelled", async () => {
  const { id } = await hold();
  expect(await post<Import>(`/api/imports/${id}/cancel`)).toMatchObject({ status: 202, body: { state: "cancelled" } });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("a question that is not answered in time ends the import", async () => {
  const { id } = await hold();
  await takeOverSilentImports(context, 0);
  expect(await readImport(pool, id)).toMatchObject({ state: "held" });
  await pool.query("update imports set upload_expires_at = now() - interval '1 second'");
  await takeOverSilentImports(context, 0);
  expect(await readImport(pool, id)).toMatchObject({
    state: "failed",
    problem: { type: "/problems/value-unseen", detail: expect.stringContaining("not answered") as string },
  });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("an answer that names a column that the file lacks is refused, and the import stays held", async () => {
  const held = await hold();
  for (const answer of [{ key: "nope" }, { name: "nope" }, { mapping: { key: "nope" } }]) {
    const refused = await post<ProblemDocument>(`/api/imports/${held.id}/continue`, answer);
    expect(refused).toMatchObject({ status: 422, body: { type: "/problems/no-such-column" } });
  }
  expect(await readImport(pool, held.id)).toMatchObject({ state: "held", problem: { type: "/problems/value-unseen" } });
});

test("a profile that is chosen after a key replaces the key", async () => {
  const profile = { key: "code", name: "title", attributes: { colour: { from: "colour", map: { rot: "red" } } } };
  await app.inject({ method: "PUT", url: "/api/profiles/Later", payload: profile });
  const file = "number,code,title,colour\nN-1,C-1,Lamp,rot\n";
  const { id } = await importBytes(context, file, { review: "always" });
  await post(`/api/imports/${id}/continue`, { key: "number", name: "colour" });
  expect(await workOn(context, id)).toMatchObject({ state: "held", options: { key: "number", name: "colour" } });
  const without = await post<{ products: object[] }>(`/api/imports/${id}/preview`, { profile: "none" });
  expect(without.body.products).toMatchObject([{ sku: "N-1", name: "rot" }]);
  await post(`/api/imports/${id}/continue`, { profile: "Later", review: "never" });
  expect(await workOn(context, id)).toMatchObject({ state: "done", created: 1, profile: { name: "Later" } });
  expect(await skus()).toEqual(["C-1"]);
});
