import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import type { Operation } from "../../../contract/changesets/operations.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { importBytes } from "../../../tests/support/import-file.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database);

beforeEach(async () => {
  await pool.query("truncate products, product_history, search_backlog, events");
  const rows = Array.from({ length: 8 }, (_, i) => `P-${i},Name ${i},text ${i},yes,Acme`);
  await importBytes(context, ["sku,name,description,active,Brand", ...rows].join("\n"));
});

async function bulk(body: object): Promise<Operation> {
  const started = await ask("POST", "/api/products/bulk", body);
  expect({ status: started.status, body: started.body }).toMatchObject({ status: 202 });
  return finish(started.body.id);
}

async function products(): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    "select sku, name, description, active, attributes, version, changed_in from products order by sku_key",
  );
  return rows;
}

const history = async (): Promise<Record<string, unknown>[]> =>
  (
    await pool.query<Record<string, unknown>>(
      "select sku_key, version, active, deleted, replaced_in from product_history order by sku_key, version",
    )
  ).rows;

test("deactivates the products with the given SKUs, whatever their letter case; counts unknown SKUs as missing and inactive products as unchanged", async () => {
  const first = await bulk({ action: "deactivate", skus: ["p-1", " P-2 ", "P-3", "P-4", "p-4", "unknown"] });
  expect(first).toMatchObject({ state: "done", total: 5, done: 5, updated: 4, missing: 1, unchanged: 0, fraction: 1 });
  const second = await bulk({ action: "deactivate", skus: ["p-4", "p-5"] });
  expect(second).toMatchObject({ state: "done", updated: 1, unchanged: 1 });
  expect((await products()).map(({ active, version }) => [active, version])).toEqual([
    [true, 1],
    ...Array.from({ length: 5 }, () => [false, 2]),
    [true, 1],
    [true, 1],
  ]);
  expect(await history()).toHaveLength(5);
  const { rows } = await pool.query(
    "select kind, actor, updated, finished_at is not null as over from changesets where id = $1",
    [first.changeset_id],
  );
  expect(rows).toEqual([{ kind: "bulk", actor: "local", updated: 4, over: true }]);
});

test("sets values on products; null removes an attribute", async () => {
  const set = { name: "New", attributes: { Brand: null, Colour: "red" } };
  const done = await bulk({ action: "set", skus: ["p-1", "p-2"], set, reason: "spring" });
  expect(done).toMatchObject({ state: "done", updated: 2, options: { action: "set", set, skus: 2 } });
  expect((await products())[1]).toEqual({
    sku: "P-1",
    name: "New",
    description: "text 1",
    active: true,
    attributes: { Colour: "red" },
    version: 2,
    changed_in: done.changeset_id,
  });
  expect(await bulk({ action: "set", skus: ["p-1", "p-2"], set })).toMatchObject({ updated: 0, unchanged: 2 });
});

test("deleted products are archived with the changeset that deleted them", async () => {
  const done = await bulk({ action: "delete", skus: ["p-0", "p-1", "p-2", "p-3", "gone"] });
  expect(done).toMatchObject({ state: "done", deleted: 4, missing: 1 });
  expect(await products()).toHaveLength(4);
  expect(await history()).toEqual(
    [0, 1, 2, 3].map((i) => ({
      sku_key: `p-${i}`,
      version: 1,
      active: true,
      deleted: true,
      replaced_in: done.changeset_id,
    })),
  );
});

test("changed products are in the search backlog, and one event describes the operation", async () => {
  await pool.query("truncate search_backlog, events");
  const done = await bulk({ action: "deactivate", skus: ["p-1", "p-2", "p-3", "p-4"] });
  const backlog = await pool.query<{ keys: string[] }>("select keys from search_backlog where changeset_id = $1", [
    done.changeset_id,
  ]);
  expect(backlog.rows.flatMap(({ keys }) => keys).sort()).toEqual(["p-1", "p-2", "p-3", "p-4"]);
  const events = await pool.query("select type, changeset_id, data from events");
  expect(events.rows).toEqual([
    {
      type: "bulk.completed",
      changeset_id: done.changeset_id,
      data: {
        state: "done",
        changeset_id: done.changeset_id,
        actor: "local",
        operation_id: done.id,
        action: "deactivate",
        updated: 4,
        deleted: 0,
      },
    },
  ]);
});

test("a cancelled operation keeps and counts its committed changes, even if no worker runs", async () => {
  const { body } = await ask("POST", "/api/products/bulk", { action: "delete", skus: ["p-1", "p-2", "p-3", "p-4"] });
  expect(body).toMatchObject({ state: "running", total: 4, done: 0 });
  const cancelled = await ask("POST", `/api/operations/${body.id}/cancel`);
  expect(cancelled.status).toBe(202);
  await expect
    .poll(async () => (await ask("GET", `/api/operations/${body.id}`)).body)
    .toMatchObject({ state: "cancelled", cancel_requested: true });
  expect(await products()).toHaveLength(8);
  expect(await ask<ProblemDocument>("POST", `/api/operations/${body.id}/cancel`)).toMatchObject({
    status: 409,
    body: { type: "/problems/already-finished" },
  });
  const { rows } = await pool.query("select count(*)::int as chunks from operation_chunks");
  expect(rows).toEqual([{ chunks: 0 }]);
});

test("an operation can be watched until its end", async () => {
  const { body } = await ask("POST", "/api/products/bulk", { action: "deactivate", skus: ["p-1", "p-2"] });
  const watched = app.inject({ method: "GET", url: `/api/operations/${body.id}/events` });
  await finish(body.id);
  const states = [...(await watched).body.matchAll(/^data: (.*)$/gm)].map(
    ([, data = ""]) => JSON.parse(data) as Operation,
  );
  expect(states.at(-1)).toMatchObject({ id: body.id, state: "done", updated: 2 });
});

test("an invalid request returns every fault", async () => {
  const faultsOf = async (body: object): Promise<unknown> =>
    (await ask<ProblemDocument>("POST", "/api/products/bulk", body)).body.errors;
  expect(await faultsOf({ action: "delete" })).toEqual([
    { pointer: "/body/filter", detail: "give either `filter` or `skus`" },
  ]);
  expect(await faultsOf({ action: "activate", skus: ["a"], set: { name: "x" } })).toEqual([
    { pointer: "/body/set", detail: "give new values with the action `set`, and only with it" },
  ]);
  expect(await faultsOf({ action: "delete", skus: ["a", "b\0"] })).toEqual([
    { pointer: "/body/skus/1", detail: "The SKU contains a NUL character. Remove it." },
  ]);
  expect((await ask("GET", "/api/operations/999999")).status).toBe(404);
});

test("lists operations, the newest first", async () => {
  const a = await bulk({ action: "activate", skus: ["p-1"] });
  const b = await bulk({ action: "activate", skus: ["p-2"] });
  const page = await ask<{ items: Operation[]; next_cursor: string }>("GET", "/api/operations?limit=1");
  expect(page.body.items.map(({ id }) => id)).toEqual([b.id]);
  const next = await ask<{ items: Operation[] }>("GET", `/api/operations?limit=1&cursor=${page.body.next_cursor}`);
  expect(next.body.items.map(({ id }) => id)).toEqual([a.id]);
});

test("an operation fails after two workers have died on the same products, and its earlier changes are counted", async () => {
  const started = await ask("POST", "/api/products/bulk", { action: "deactivate", skus: ["p-0", "p-1", "p-2", "p-3"] });
  const { id } = started.body;
  for (const worker of [randomUUID(), randomUUID()])
    await pool.query("insert into work_attempts (kind, work_id, part, worker) values ('operation', $1, 1, $2)", [
      id,
      worker,
    ]);
  expect(await finish(id)).toMatchObject({ state: "failed", updated: 3, problem: { type: "/problems/worker-died" } });
  expect((await pool.query("select from work_attempts")).rowCount).toBe(0);
  expect((await products()).filter(({ active }) => active === false)).toHaveLength(3);
});
