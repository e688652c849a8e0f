import { expect, test } from "vitest";
import type { ProblemDocument } from "../../contract/problem-document.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { importBytes } from "../../tests/support/import-file.ts";
import { createOperationApp } from "../../tests/support/operation-app.ts";
import { purgeHistory } from "./purge-history.ts";

const database = await createTestDatabase();
const { pool } = database;
const { ask, context, finish } = await createOperationApp(database);
const { signal } = new AbortController();

const importNames = async (name: string): Promise<number> =>
  (await importBytes(context, ["sku,name", ...["a", "b", "c", "d"].map((sku) => `${sku},${name}`)].join("\n")))
    .changeset_id as number;

const age = (id: number, days: number) =>
  pool.query(
    `update changesets set started_at = now() - make_interval(days => $2), finished_at = now() - make_interval(days => $2)
     where id = $1`,
    [id, days],
  );

const replacedIn = async (): Promise<number[]> =>
  (await pool.query<{ id: number }>("select distinct replaced_in as id from product_history order by id")).rows.map(
    ({ id }) => id,
  );

test("old versions are deleted, and their changesets can no longer be undone", async () => {
  const first = await importNames("one");
  const second = await importNames("two");
  const third = await importNames("three");
  await age(first, 30);
  await age(second, 20);
  await age(third, 5);
  expect(await purgeHistory(pool, 40, signal)).toBe(0);
  expect(await replacedIn()).toEqual([second, third]);

  // While an undo runs, a purge keeps the history of the changeset that is being undone and of all later changesets.
  const undo = await ask("POST", `/api/changesets/${second}/undo`);
  expect(await purgeHistory(pool, 10, signal)).toBe(0);
  expect(await finish(undo.body.id)).toMatchObject({ state: "done", kept: 4 });

  expect(await purgeHistory(pool, 10, signal)).toBe(4);
  expect(await replacedIn()).toEqual([third]);
  const refused = await ask<ProblemDocument>("POST", `/api/changesets/${second}/undo`);
  expect(refused).toMatchObject({ status: 410, body: { type: "/problems/history-purged" } });
  expect(await purgeHistory(pool, 10, signal)).toBe(0);
  expect((await ask("POST", `/api/changesets/${third}/undo`)).status).toBe(202);
});

test("a changeset is kept if an earlier one that ended later is kept", async () => {
  await pool.query("update changesets set finished_at = coalesce(finished_at, now())");
  const long = await importNames("four");
  const inside = await importNames("five");
  await age(long, 30);
  await age(inside, 20);
  await pool.query("update changesets set finished_at = now() where id = $1", [long]);
  await purgeHistory(pool, 10, signal);
  expect(await replacedIn()).toContain(inside);
});

test("an interrupted purge is continued", async () => {
  const last = await importNames("six");
  await pool.query("update changesets set purged_at = now() where id = $1", [last]);
  expect(await purgeHistory(pool, 36_500, signal)).toBe(4);
  expect(await replacedIn()).not.toContain(last);
});
