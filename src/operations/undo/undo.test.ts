import { beforeEach, expect, test } from "vitest";
import type { Conflict, Operation } from "../../../contract/changesets/operations.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";
import type { UndoPreview } from "../../../contract/changesets/undo.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { importBytes } from "../../../tests/support/import-file.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";
import { selectProducts } from "../select.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database);

const COUNT = 8;
const fileOf = (label: string): string =>
  ["sku,name,Brand", ...Array.from({ length: COUNT }, (_, i) => `P-${i},${label} ${i},${label}`)].join("\n");

/** A changeset that imported new products. */
let first: number;
/** A later changeset that changed all products of `first`. */
let second: number;

beforeEach(async () => {
  await pool.query("truncate products, product_history, search_backlog, events");
  first = (await importBytes(context, fileOf("old"))).changeset_id as number;
  second = (await importBytes(context, fileOf("new"))).changeset_id as number;
});

async function undo(changesetId: number, query = ""): Promise<Operation> {
  const started = await ask("POST", `/api/changesets/${changesetId}/undo${query}`);
  expect({ status: started.status, body: started.body }).toMatchObject({ status: 202 });
  return finish(started.body.id);
}

const preview = async (changesetId: number, query = ""): Promise<UndoPreview> =>
  (await ask<UndoPreview>("POST", `/api/changesets/${changesetId}/undo?preview=true${query}`)).body;

const patch = (sku: string, payload: object) => app.inject({ method: "PATCH", url: `/api/products/${sku}`, payload });

async function table(): Promise<unknown[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    "select id, sku_key, sku, name, description, active, parent_sku, attributes, created_in, source_line, created_at from products order by id",
  );
  return rows;
}

const undoneIn = async (changesetId: number): Promise<number | null> =>
  (await pool.query<{ undone_in: number | null }>("select undone_in from changesets where id = $1", [changesetId]))
    .rows[0]?.undone_in ?? null;

test("undoes an import that changed every product", async () => {
  await pool.query("truncate products, product_history");
  const { changeset_id } = await importBytes(context, fileOf("old"));
  const before = await table();
  const changed = await importBytes(context, fileOf("new"));
  expect(await preview(changed.changeset_id as number)).toMatchObject({ total: COUNT, updated: COUNT, kept: 0 });
  const done = await undo(changed.changeset_id as number);
  expect(done).toMatchObject({ kind: "undo", state: "done", total: COUNT, updated: COUNT, kept: 0, fraction: 1 });
  expect(await table()).toEqual(before);
  expect(await undo(changeset_id as number)).toMatchObject({ deleted: COUNT });
  expect(await table()).toEqual([]);
  const { rows } = await pool.query("select kind, undoes, updated from changesets where id = $1", [done.changeset_id]);
  expect(rows).toEqual([{ kind: "undo", undoes: changed.changeset_id, updated: COUNT }]);
});

test("finds versions by their keys if they moved in the table after the selection", async () => {
  await pool.query("truncate products, product_history");
  await importBytes(context, "sku,name\nP-other,one");
  await importBytes(context, "sku,name\nP-other,two");
  await importBytes(context, fileOf("old"));
  const second = (await importBytes(context, fileOf("new"))).changeset_id as number;
  const { body } = await ask("POST", `/api/changesets/${second}/undo`);
  await selectProducts(context, body);
  // Leave a gap in the table, so that vacuum full moves the later rows.
  await pool.query("delete from product_history where sku_key = 'p-other'");
  await pool.query("vacuum full product_history");
  expect(await finish(body.id)).toMatchObject({ state: "done", updated: COUNT });
  const names = Array.from({ length: COUNT }, (_, i) => ({ sku: `P-${i}`, name: `old ${i}` }));
  expect(await table()).toMatchObject([{ sku: "P-other", name: "two" }, ...names]);
});

test("products that were changed after the changeset are kept and listed with actor and time, or overwritten on request", async () => {
  await patch("p-1", { name: "Edited" });
  await patch("p-2", { sku: "Renamed" });
  await app.inject({ method: "DELETE", url: "/api/products/p-3" });
  const seen = await preview(second, "&limit=2");
  expect(seen).toMatchObject({ updated: COUNT - 3, kept: 3, created: 0 });
  expect(seen.items.map(({ sku, conflict, actor, overwritten }) => [sku, conflict, actor, overwritten])).toEqual([
    ["P-1", "changed", "local", false],
    ["P-3", "deleted", "local", false],
  ]);
  const rest = await preview(second, `&limit=2&cursor=${seen.next_cursor ?? ""}`);
  expect(rest.items.map(({ sku, conflict }) => [sku, conflict])).toEqual([["Renamed", "renamed"]]);
  expect(rest.next_cursor).toBeNull();

  const done = await undo(second);
  expect(done).toMatchObject({ state: "done", updated: COUNT - 3, kept: 3 });
  const page = await ask<{ items: Conflict[]; next_cursor: string | null }>(
    "GET",
    `/api/operations/${done.id}/conflicts?limit=2`,
  );
  expect(page.body.items).toEqual(seen.items);
  const next = await ask<{ items: Conflict[] }>(
    "GET",
    `/api/operations/${done.id}/conflicts?limit=2&cursor=${page.body.next_cursor ?? ""}`,
  );
  expect(next.body.items).toEqual(rest.items);

  // The undo has kept some products. Their changes can still be undone, so the changeset does not count as undone.
  expect(await undoneIn(second)).toBeNull();
  expect(await preview(second, "&policy=overwrite")).toMatchObject({ unchanged: COUNT - 3, updated: 2, created: 1 });
  const overwritten = await undo(second, "?policy=overwrite");
  expect(overwritten).toMatchObject({ state: "done", unchanged: COUNT - 3, updated: 2, created: 1, kept: 0 });
  expect((await table()).map((row) => (row as { name: string }).name)).toEqual(
    Array.from({ length: COUNT }, (_, i) => `old ${i}`),
  );
  expect(await undoneIn(second)).toBe(overwritten.changeset_id);
});

test("a later change that was reverted is not a conflict", async () => {
  await patch("p-1", { name: "Edited" });
  await patch("p-1", { name: "new 1" });
  expect(await undo(second)).toMatchObject({ updated: COUNT, kept: 0 });
});

test("a SKU that another product has taken stays with that product, unless the policy is overwrite", async () => {
  const deleted = await ask("POST", "/api/products/bulk", { action: "delete", skus: ["p-1", "p-2"] });
  const { changeset_id } = await finish(deleted.body.id);
  await app.inject({ method: "PUT", url: "/api/products/p-1", payload: { name: "Another" } });
  const done = await undo(changeset_id);
  expect(done).toMatchObject({ created: 1, kept: 1 });
  const { body } = await ask<{ items: Conflict[] }>("GET", `/api/operations/${done.id}/conflicts`);
  expect(body.items).toMatchObject([{ sku: "P-1", conflict: "sku_taken", overwritten: false }]);
  const other = await undo(changeset_id, "?policy=overwrite");
  expect(other).toMatchObject({ total: 3, created: 1, unchanged: 1, deleted: 1 });
  expect(await table()).toHaveLength(COUNT);
});

test("an undo can be undone repeatedly, and the changeset in force is known", async () => {
  const before = await table();
  const undone = await undo(second);
  expect(await undoneIn(second)).toBe(undone.changeset_id);
  const back = await undo(undone.changeset_id);
  expect(await table()).toEqual(before);
  expect([await undoneIn(second), await undoneIn(undone.changeset_id)]).toEqual([null, back.changeset_id]);
  const again = await undo(back.changeset_id);
  expect([await undoneIn(second), await undoneIn(undone.changeset_id), await undoneIn(back.changeset_id)]).toEqual([
    undone.changeset_id,
    null,
    again.changeset_id,
  ]);
});

test("a restored product has its id and history; the deletion is a version of its own", async () => {
  const [one] = await table();
  const { body } = await ask("POST", "/api/products/bulk", { action: "delete", skus: ["p-0"] });
  const { changeset_id } = await finish(body.id);
  const done = await undo(changeset_id);
  expect((await table())[0]).toEqual(one);
  const { rows } = await pool.query(
    `select version, deleted, was_deleted, changed_in, replaced_in from product_history where sku_key = 'p-0' order by version`,
  );
  expect(rows).toEqual([
    { version: 1, deleted: false, was_deleted: false, changed_in: first, replaced_in: second },
    { version: 2, deleted: true, was_deleted: false, changed_in: second, replaced_in: changeset_id },
    { version: 3, deleted: false, was_deleted: true, changed_in: changeset_id, replaced_in: done.changeset_id },
  ]);
  const live = await pool.query("select version, changed_in from products where sku_key = 'p-0'");
  expect(live.rows).toEqual([{ version: 4, changed_in: done.changeset_id }]);
});

test("a preview shows products before and after the undo, and writes nothing", async () => {
  const seen = await preview(second);
  const number = seen.samples[0]?.before?.sku.at(-1) ?? "";
  expect(seen.samples[0]).toEqual({
    id: expect.any(Number) as number,
    change: "updated",
    before: {
      sku: `P-${number}`,
      name: `new ${number}`,
      description: "",
      active: true,
      parent_sku: "",
      attributes: { Brand: "new" },
    },
    after: {
      sku: `P-${number}`,
      name: `old ${number}`,
      description: "",
      active: true,
      parent_sku: "",
      attributes: { Brand: "old" },
    },
  });
  expect((await preview(first)).samples).toEqual([]);
  const all = await preview(first, "&policy=overwrite");
  expect(all.deleted).toBe(COUNT);
  expect(all.samples[0]).toMatchObject({ change: "deleted", after: null });
  const { rows } = await pool.query(
    "select (select count(*) from operation_chunks)::int as chunks, count(*)::int as changesets from changesets where undoes is not null and id > $1",
    [second],
  );
  expect(rows).toEqual([{ chunks: 0, changesets: 0 }]);
});

test("a changeset that cannot be undone is rejected with the reason", async () => {
  const refusal = async (id: number, query = ""): Promise<unknown> => {
    const { status, body } = await ask<ProblemDocument>("POST", `/api/changesets/${id}/undo${query}`);
    return [status, body.type, body.detail];
  };
  expect(await refusal(999_999)).toEqual([404, "/problems/not-found", "Changeset 999999 does not exist."]);
  const running = await ask("POST", `/api/changesets/${second}/undo`);
  expect(await refusal(second)).toEqual([
    409,
    "/problems/changeset-running",
    `Operation ${running.body.id} is already undoing changeset ${second}. Wait until it has ended.`,
  ]);
  expect((await refusal(running.body.changeset_id)) as string[]).toContain("/problems/changeset-running");
  await finish(running.body.id);
  expect(await refusal(second, "?preview=true")).toEqual([
    409,
    "/problems/already-undone",
    `Changeset ${second} has already been undone by changeset ${running.body.changeset_id}. To reapply it, undo changeset ${running.body.changeset_id}.`,
  ]);
  await pool.query("update changesets set purged_at = now() where id = $1", [first]);
  expect((await refusal(first)) as string[]).toContain("/problems/history-purged");
  expect((await refusal(running.body.changeset_id, "?cursor=x")) as string[]).toContain("/problems/invalid-request");
  expect((await refusal(running.body.changeset_id, "?preview=true&cursor=x")) as string[]).toContain(
    "/problems/invalid-request",
  );
});

test("an undo emits one event with its result", async () => {
  await patch("p-1", { name: "Edited" });
  await pool.query("truncate events");
  const done = await undo(second);
  const { rows } = await pool.query("select type, changeset_id, data from events");
  expect(rows).toEqual([
    {
      type: "changeset.undone",
      changeset_id: done.changeset_id,
      data: {
        state: "done",
        changeset_id: done.changeset_id,
        actor: "local",
        undone_changeset_id: second,
        created: 0,
        updated: COUNT - 1,
        deleted: 0,
        kept: 1,
      },
    },
  ]);
});
