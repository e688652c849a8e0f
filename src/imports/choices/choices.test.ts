// Tests which columns of held imports are remembered, and how later imports use them.
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { ColumnChoice } from "../../../contract/imports/column-choices.ts";
import type { Import, Preview } from "../../../contract/imports/imports.ts";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes, workOn, uploadedFiles } from "../../../tests/support/import-file.ts";
import { until } from "../../../tests/support/until.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { saveChoices } from "./store.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool);
const app = await createTestApp(database, context);

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, column_choices, profile_uses cascade");
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
});

async function continued(id: number, answer: object): Promise<Import> {
  const url = `/api/imports/${id}/continue`;
  expect((await app.inject({ method: "POST", url, payload: answer })).statusCode).toBe(202);
  return workOn(context, id);
}

async function choices(): Promise<[string, string][]> {
  const { items } = (await app.inject("/api/column-choices")).json<{ items: ColumnChoice[] }>();
  return items.map(({ column, target }) => [column, target]);
}
const doubtful = "item number,code,name\n1,A-1,Lamp\n2,A-2,Desk\n3,A-3,Chair\n";

test("choices are remembered when a question is answered, and apply to later files until they are deleted", async () => {
  const { id } = await importBytes(context, doubtful);
  await continued(id, { key: "code" });
  expect(await choices()).toEqual([["code", "sku"]]);
  const later = await importBytes(context, "Item number;Name;CODE\n1;Sofa;B-1\n2;Bed;B-2\n3;Shelf;B-3\n");
  expect(later).toMatchObject({ state: "done", created: 3 });
  expect(later.columns[2]).toEqual({ name: "CODE", target: "sku", remembered: true });
  const deleted = await app.inject({ method: "DELETE", url: "/api/column-choices/Code" });
  expect(deleted.json()).toMatchObject({ column: "code", target: "sku", import_id: id });
  expect(await choices()).toEqual([]);
  expect((await app.inject({ method: "DELETE", url: "/api/column-choices/Code" })).statusCode).toBe(404);
  expect(await importBytes(context, doubtful)).toMatchObject({ state: "held", problem: { option: "key" } });
});

test("choices show in previews as certain", async () => {
  const { id } = await importBytes(context, doubtful);
  await continued(id, { key: "code" });
  const payload = Buffer.from(doubtful);
  const headers = { "content-type": "text/csv" };
  const preview = await app.inject({ method: "POST", url: "/api/imports/preview", payload, headers });
  expect(preview.json<Preview>().columns[1]).toMatchObject({ target: "sku", confidence: "high", remembered: true });
});

test("choices never make a blank or unsuitable column the key", async () => {
  const { id } = await importBytes(context, doubtful);
  await continued(id, { key: "code" });
  const blank = await importBytes(context, "code,Artikelnummer,name\n,B-1,Sofa\n,B-2,Bed\n,B-3,Shelf\n");
  expect(blank.columns.map(({ target }) => target)).toEqual(["attribute", "sku", "name"]);
  const equal = await importBytes(context, "code,Artikelnummer,name\nx,C-1,Sofa\nx,C-2,Bed\nx,C-3,Shelf\n");
  expect(equal.columns.map(({ target }) => target)).toEqual(["attribute", "sku", "name"]);
  const exact = await importBytes(context, "code,sku,name\nc1,D-1,Sofa\nc2,D-2,Bed\nc3,D-3,Shelf\n");
  expect(exact.columns.map(({ target }) => target)).toEqual(["attribute", "sku", "name"]);
});

test("a choice beats the exact name of a field if it was made for a file that also had a column with this name", async () => {
  const file = "sku,Supplier code,name\ns1,A-1,Lamp\ns2,A-2,Desk\n";
  const { id } = await importBytes(context, file, { review: "always" });
  await continued(id, { review: "never", mapping: { key: "Supplier code", name: "name" } });
  expect(await choices()).toEqual([["Supplier code", "sku"]]);
  expect((await importBytes(context, file)).columns.map(({ target }) => target)).toEqual(["attribute", "sku", "name"]);
});

test("choices prevent a column from being copied to a field", async () => {
  const file = "sku,name,Beschreibung\nA-1,Lamp,x\nA-2,Desk,y\n";
  const { id, columns } = await importBytes(context, file, { review: "always" });
  expect(columns[2]?.target).toBe("description");
  await continued(id, { review: "never", mapping: { key: "sku", name: "name" } });
  expect(await choices()).toEqual([["Beschreibung", "attribute"]]);
  const next = await importBytes(context, file);
  expect(next.columns[2]).toEqual({ name: "Beschreibung", target: "attribute", remembered: true });
});

test("choices are not remembered for an import that was never held, or that uses a profile", async () => {
  await importBytes(context, doubtful, { key: "code" });
  await app.inject({ method: "PUT", url: "/api/profiles/Codes", payload: { key: "code", name: "name" } });
  const { id } = await importBytes(context, doubtful, { review: "always", profile: "Codes" });
  expect(await continued(id, { review: "never" })).toMatchObject({ state: "done", profile: { name: "Codes" } });
  await app.inject({ method: "DELETE", url: "/api/profiles/Codes" });
  expect(await choices()).toEqual([]);
});

test("imports that remember the same columns at the same time do not wait for each other in a circle", async () => {
  const save = (...names: string[]): Promise<void> =>
    withTransaction(pool, (client) =>
      saveChoices(
        client,
        1,
        names.map((name) => ({ name, name_key: name, target: "attribute", beats_exact_name: false })),
      ),
    );
  const waiting = (count: number): Promise<boolean> =>
    until(async () => {
      const { rowCount } = await pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return rowCount === count;
    });
  await save("a", "m", "z");
  const holder = await pool.connect();
  await holder.query("begin");
  await holder.query("select from column_choices where name_key = 'm' for update");
  const first = save("z", "m", "a");
  await waiting(1);
  const second = save("a", "z");
  await waiting(2);
  await holder.query("commit");
  holder.release();
  await Promise.all([first, second]);
  expect(await choices()).toHaveLength(3);
});
