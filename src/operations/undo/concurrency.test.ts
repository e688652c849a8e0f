// Undo and deletion while other writers change the same products: no change is lost or made twice.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { importBytes, receiveBytes } from "../../../tests/support/import-file.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";
import { runLoader } from "../../imports/load/loader.ts";
import { runScan } from "../../imports/scan/run-scan.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database, 20);

const COUNT = 600;
const fileOf = (label: string, step: number): string =>
  ["sku,name", ...Array.from({ length: COUNT }, (_, i) => `P-${(i * step) % COUNT},${label}`)].join("\n");

const names = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await pool.query<{ name: string; count: number }>(
        "select name, count(*)::int as count from products group by name",
      )
    ).rows.map(({ name, count }) => [name, count]),
  );

/** Counts the products with a missing or duplicate version. */
async function gaps(): Promise<number> {
  const { rows } = await pool.query<{ gaps: number }>(
    `select count(*)::int as gaps
     from (select id from (select id, version from products union all select id, version from product_history) v
           group by id having count(*) <> max(version) or min(version) <> 1 or count(distinct version) <> count(*)) g`,
  );
  return rows[0]?.gaps ?? -1;
}

test("an undo during an import of the same products leaves each product in one of two correct states", async () => {
  await importBytes(context, fileOf("one", 1));
  const second = await importBytes(context, fileOf("two", 7));
  const started = await ask("POST", `/api/changesets/${second.changeset_id as number}/undo`);
  const [undone, third] = await Promise.all([finish(started.body.id), importBytes(context, fileOf("three", 11))]);
  expect([undone.state, third.state]).toEqual(["done", "done"]);
  // If the import was first, the undo keeps the product. If the undo was first, the import changes the product afterwards.
  expect(await names()).toEqual({ three: COUNT });
  expect(third.updated).toBe(COUNT);
  expect(undone.updated + undone.kept).toBe(COUNT);
  const { rows } = await pool.query<{ count: number }>(
    "select count(*)::int as count from product_history where replaced_in = $1",
    [undone.changeset_id],
  );
  expect(rows[0]?.count).toBe(undone.updated);
  expect(await gaps()).toBe(0);
});

test("an undo during edits of the same products keeps every edit", async () => {
  const changed = await importBytes(context, fileOf("four", 1));
  const started = await ask("POST", `/api/changesets/${changed.changeset_id as number}/undo`);
  const edits = Array.from({ length: 60 }, (_, i) => `P-${i * 10}`).map((sku) =>
    app.inject({ method: "PATCH", url: `/api/products/${sku}`, payload: { description: "edited" } }),
  );
  const [undone, ...answers] = await Promise.all([finish(started.body.id), ...edits]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(edits.map(() => 200));
  expect(undone).toMatchObject({ state: "done" });
  const { rows } = await pool.query("select count(*)::int as edited from products where description = 'edited'");
  expect(rows).toEqual([{ edited: edits.length }]);
  expect(await names()).toEqual(
    undone.kept === 0 ? { three: COUNT } : { three: COUNT - undone.kept, four: undone.kept },
  );
  expect(await gaps()).toBe(0);
});

test("of two requests to undo the same changeset, one is accepted and one is rejected", async () => {
  const changed = await importBytes(context, fileOf("five", 1));
  const url = `/api/changesets/${changed.changeset_id as number}/undo`;
  const answers = await Promise.all([ask("POST", url), ask("POST", url), ask("POST", url)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  const taken = answers.find(({ status }) => status === 202);
  expect(await finish(taken?.body.id ?? 0)).toMatchObject({ state: "done", updated: COUNT });
});

test("a deletion and a change of the same products both end, with counts that add up", async () => {
  const skus = Array.from({ length: COUNT }, (_, i) => `p-${i}`);
  const [deleting, changing] = await Promise.all([
    ask("POST", "/api/products/bulk", { action: "delete", skus }),
    ask("POST", "/api/products/bulk", { action: "set", skus, set: { name: "six" } }),
  ]);
  const [deleted, changed] = await Promise.all([finish(deleting.body.id), finish(changing.body.id)]);
  expect([deleted.deleted, changed.updated + changed.missing]).toEqual([COUNT, COUNT]);
  expect(await names()).toEqual({});
});

test("a deletion by filter during an import and edits archives every product that it deletes", async () => {
  await importBytes(context, fileOf("seven", 1));
  const { body } = await ask("POST", "/api/products/bulk", { action: "delete", filter: { sku: "P-*" } });
  // Prepare the import before the deletion runs. Otherwise, all products would be deleted before the import loads its first chunk.
  const { id } = await receiveBytes(context, fileOf("eight", 7));
  const { signal } = new AbortController();
  await runScan(context, id, signal);
  const edits = Array.from({ length: 60 }, (_, i) => `P-${i * 10}`).map((sku) =>
    app.inject({ method: "PATCH", url: `/api/products/${sku}`, payload: { description: "late" } }),
  );
  const [deleted, ...answers] = await Promise.all([
    finish(body.id),
    ...edits,
    ...Array.from({ length: context.concurrency }, () => runLoader(context, id, signal)),
  ]);
  expect(answers.slice(0, edits.length).every((answer) => [200, 404].includes(answer?.statusCode ?? 0))).toBe(true);
  expect(deleted).toMatchObject({ state: "done", total: COUNT });
  expect(await gaps()).toBe(0);
  const { rows } = await pool.query(
    `select (select count(*) from product_history where replaced_in = $1 and deleted)::int as kept,
            (select count(*) from products)::int as products,
            (select s.products + (select sum(delta) from search_backlog) from search_state s)::int as counted`,
    [deleted.changeset_id],
  );
  const { products } = rows[0] as { products: number };
  expect(rows).toEqual([{ kept: deleted.deleted, products, counted: products }]);
});
