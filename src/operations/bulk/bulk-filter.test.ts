import { beforeEach, expect, test } from "vitest";
import type { Operation } from "../../../contract/changesets/operations.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { importBytes } from "../../../tests/support/import-file.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";
import { startExecutors } from "../select.ts";
import { takeOverSilentOperations } from "../take-over.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database);

const COUNT = 10;
beforeEach(async () => {
  await pool.query("truncate products, product_history, search_backlog, events");
  const rows = Array.from({ length: COUNT }, (_, i) => `P-${i},Name ${i % 2 === 0 ? "even" : "odd"},Acme`);
  await importBytes(context, ["sku,name,Brand", ...rows].join("\n"));
});

const start = (body: object) => ask("POST", "/api/products/bulk", body);

async function bulk(body: object): Promise<Operation> {
  const started = await start(body);
  expect({ status: started.status, body: started.body }).toMatchObject({ status: 202 });
  return finish(started.body.id);
}

async function skus(where: string): Promise<string[]> {
  const { rows } = await pool.query<{ sku: string }>(`select sku from products where ${where} order by sku_key`);
  return rows.map(({ sku }) => sku);
}

test("changes the products that match a filter, and no others", async () => {
  const done = await bulk({ action: "deactivate", filter: { search: "odd", attributes: { Brand: "Acme" } } });
  expect(done).toMatchObject({ state: "done", kind: "bulk", total: 5, updated: 5 });
  expect(done.options).toEqual({ action: "deactivate", filter: { search: "odd", attributes: { Brand: "Acme" } } });
  expect(await skus("not active")).toEqual(["P-1", "P-3", "P-5", "P-7", "P-9"]);
});

test("a filter ignores accents if the request asks for it", async () => {
  const done = await bulk({ action: "deactivate", filter: { name: "ódd", accents: "ignore" } });
  expect(done).toMatchObject({ state: "done", total: 5, updated: 5 });
  expect(await bulk({ action: "activate", filter: { name: "ódd" } })).toMatchObject({ state: "done", total: 0 });
});

test("products that match only after the request stay unchanged; selected products are read again when they are changed", async () => {
  const started = await start({ action: "set", filter: { name: "odd" }, set: { description: "new" } });
  await app.inject({ method: "PUT", url: "/api/products/late", payload: { name: "odd, but late" } });
  await app.inject({ method: "PATCH", url: "/api/products/p-0", payload: { name: "odd by now" } });
  await app.inject({ method: "PATCH", url: "/api/products/p-1", payload: { name: "no longer so" } });
  await app.inject({ method: "DELETE", url: "/api/products/p-3" });
  expect(await finish(started.body.id)).toMatchObject({ state: "done", total: 5, updated: 4, missing: 1 });
  expect(await skus("description = 'new'")).toEqual(["P-1", "P-5", "P-7", "P-9"]);
  expect(await skus("sku_key = 'p-1' and name = 'no longer so'")).toEqual(["P-1"]);
});

test("starting an operation that is running already keeps its chunks", async () => {
  const started = await start({ action: "set", filter: { name: "odd" }, set: { description: "new" } });
  await expect.poll(async () => (await ask("GET", `/api/operations/${started.body.id}`)).body.state).toBe("running");
  const operation = (await ask("GET", `/api/operations/${started.body.id}`)).body;
  await startExecutors(pool, context, operation);
  expect(await finish(operation.id)).toMatchObject({ state: "done", total: 5, updated: 5 });
});

test("products that were updated after the selection are deleted, and their last values are archived", async () => {
  const started = await start({ action: "delete", filter: { name: "odd" } });
  await expect.poll(async () => (await ask("GET", `/api/operations/${started.body.id}`)).body.state).toBe("running");
  await app.inject({ method: "PATCH", url: "/api/products/p-1", payload: { name: "edited" } });
  await app.inject({ method: "DELETE", url: "/api/products/p-3" });
  await app.inject({ method: "PUT", url: "/api/products/p-3", payload: { name: "new" } });
  await app.inject({ method: "DELETE", url: "/api/products/p-5" });
  await pool.query("vacuum full products");
  const done = await finish(started.body.id);
  expect(done).toMatchObject({ state: "done", total: 5, deleted: 4, missing: 1 });
  expect(await skus("true")).toEqual(["P-0", "P-2", "P-4", "P-6", "P-8"]);
  const { rows } = await pool.query(
    "select sku_key, version, name from product_history where replaced_in = $1 and deleted order by sku_key",
    [done.changeset_id],
  );
  expect(rows).toEqual([
    { sku_key: "p-1", version: 2, name: "edited" },
    { sku_key: "p-3", version: 1, name: "new" },
    { sku_key: "p-7", version: 1, name: "Name odd" },
    { sku_key: "p-9", version: 1, name: "Name odd" },
  ]);
  const backlog = await pool.query<{ keys: string[]; rows: number; delta: number }>(
    "select keys, rows, delta from search_backlog where changeset_id = $1",
    [done.changeset_id],
  );
  expect(backlog.rows.flatMap(({ keys }) => keys).sort()).toEqual(["p-1", "p-3", "p-7", "p-9"]);
  expect(backlog.rows.every(({ keys, rows, delta }) => rows === keys.length && delta === -rows)).toBe(true);
});

test("deleting all products requires their number as confirmation", async () => {
  const refusal = async (confirm?: number): Promise<unknown> => {
    const { status, body } = await ask<ProblemDocument>("POST", "/api/products/bulk", {
      action: "delete",
      filter: {},
      confirm,
    });
    return { status, type: body.type, count: body.count };
  };
  const refused = { status: 409, type: "/problems/confirmation-needed", count: COUNT };
  expect(await refusal()).toEqual(refused);
  expect(await refusal(COUNT + 1)).toEqual(refused);
  expect(await skus("true")).toHaveLength(COUNT);
  await pool.query("truncate events");
  const done = await bulk({ action: "delete", filter: {}, confirm: COUNT });
  expect(done).toMatchObject({ state: "done", kind: "delete_all", total: COUNT, deleted: COUNT });
  expect(await skus("true")).toEqual([]);
  const { rows } = await pool.query("select type, data from events");
  expect(rows).toEqual([
    {
      type: "catalog.cleared",
      data: { actor: "local", state: "done", changeset_id: done.changeset_id, operation_id: done.id, deleted: COUNT },
    },
  ]);
});

test("an undo restores a cleared catalogue with the same ids", async () => {
  const table =
    "select sku_key, id, sku, name, attributes, created_in, source_line, created_at from products order by id";
  const before = (await pool.query(table)).rows;
  const { changeset_id } = await bulk({ action: "delete", filter: {}, confirm: COUNT });
  const { body } = await ask("POST", `/api/changesets/${changeset_id}/undo`);
  expect(await finish(body.id)).toMatchObject({ state: "done", created: COUNT });
  expect((await pool.query(table)).rows).toEqual(before);
});

test("a worker repeats the selection of a server that died", async () => {
  const { rows } = await pool.query<{ id: number }>(
    `with c as (insert into changesets (kind, actor) values ('bulk', 'local') returning id)
     insert into operations (kind, actor, options, changeset_id)
     select 'bulk', 'local', '{"action": "deactivate", "filter": {"name": "odd"}}', id from c returning id`,
  );
  const id = rows[0]?.id as number;
  const woken: number[] = [];
  const sendExecutors = (_db: unknown, operationId: number): Promise<void> => {
    woken.push(operationId);
    return Promise.resolve();
  };
  await takeOverSilentOperations({ ...context, sendExecutors: sendExecutors }, -1000);
  expect(woken).toContain(id);
  expect(await finish(id)).toMatchObject({ state: "done", updated: 5 });
});

test("an operation that is cancelled during the selection changes nothing", async () => {
  const started = await start({ action: "delete", filter: { name: "odd" } });
  const cancelled = await ask("POST", `/api/operations/${started.body.id}/cancel`);
  expect(cancelled.status).toBe(202);
  expect(await finish(started.body.id)).toMatchObject({ state: "cancelled", deleted: 0 });
  expect(await skus("true")).toHaveLength(COUNT);
  await expect.poll(async () => (await pool.query("select from operation_chunks")).rowCount).toBe(0);
});

test("new values follow the rules of a product, and all faults are returned together", async () => {
  const { status, body } = await ask<ProblemDocument>("POST", "/api/products/bulk", {
    action: "set",
    filter: {},
    set: { name: "x\0", attributes: { " Brand": "a", sku: "b", Good: "c" } },
  });
  expect(status).toBe(400);
  expect(body.errors?.map(({ pointer }) => pointer)).toEqual([
    "/body/set/name",
    "/body/set/attributes/ Brand",
    "/body/set/attributes/sku",
  ]);
  const unknown = await ask<ProblemDocument>("POST", "/api/products/bulk", {
    action: "activate",
    filter: { colour: "red" },
  });
  expect(unknown.status).toBe(400);
});
