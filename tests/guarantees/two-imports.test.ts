// Tests of concurrency: two imports with the same SKUs, several workers on one import, and a cancel request during an import.
import { expect, test } from "vitest";
import type { Import } from "../../contract/imports/imports.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { readImport, requestCancel } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, leftovers, receiveBytes, workOn } from "../support/import-file.ts";
import { until } from "../support/until.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 40);
const NOTHING_LEFT = { files: [], chunks: 0, staged: 0 };

/** Creates a file of `count` products whose names contain `label`. `step` must be coprime to `count`; it shuffles the rows. */
const fileOf = (label: string, count: number, step: number): string =>
  ["sku,name", ...Array.from({ length: count }, (_, i) => `both-${(i * step) % count},${label} ${i}`)].join("\n");

async function totals(): Promise<{ products: number; versions: number; history: number }> {
  const { rows } = await pool.query<{ products: number; versions: number; history: number }>(
    `select count(*)::int as products, coalesce(sum(version), 0)::int as versions,
            (select count(*) from product_history)::int as history from products`,
  );
  return rows[0] as { products: number; versions: number; history: number };
}

const addsUp = ({ rows, created, updated, unchanged, superseded, rejected }: Import): boolean =>
  rows === created + updated + unchanged + superseded + rejected;

test("two imports of the same SKUs in different order both finish, and every change is in the history once", async () => {
  const [a, b] = await Promise.all([
    importBytes(context, fileOf("a", 2000, 7)),
    importBytes(context, fileOf("b", 2000, 1333)),
  ]);
  expect([a.state, b.state]).toEqual(["done", "done"]);
  expect([addsUp(a), addsUp(b)]).toEqual([true, true]);
  const { products, versions, history } = await totals();
  expect(products).toBe(2000);
  expect(a.created + b.created).toBe(2000);
  expect(a.updated + b.updated).toBe(history);
  expect(versions).toBe(products + history);
  // All values of a product are from the same file.
  const { rows } = await pool.query<{ mixed: number }>(
    `select count(*)::int as mixed from products p join changesets c on c.id = p.changed_in
     where left(p.name, 1) <> case when c.id = $1 then 'a' else 'b' end`,
    [a.changeset_id],
  );
  expect(rows).toEqual([{ mixed: 0 }]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("several workers load one file together, and each chunk is loaded once", async () => {
  await pool.query("truncate products, product_history");
  const { id } = await receiveBytes(context, fileOf("c", 3000, 11));
  const signal = new AbortController().signal;
  const workers: ImportContext[] = [context, { ...context }, { ...context }];
  // All workers start at the same time. One of them performs the scan, and all load chunks.
  await Promise.all(workers.map((worker) => runScan(worker, id, signal)));
  await Promise.all(workers.flatMap((worker) => [runLoader(worker, id, signal), runLoader(worker, id, signal)]));
  expect(await readImport(pool, id)).toMatchObject({ state: "done", rows: 3000, created: 3000, updated: 0 });
  expect(await totals()).toEqual({ products: 3000, versions: 3000, history: 0 });
});

/** Makes the two loaders of the file "d" wait at these rows, which are in different chunks, until the returned function is called. They
 * wait because another transaction has inserted products with the same SKUs and has not ended yet. */
async function holdRows(...rows: number[]): Promise<() => Promise<void>> {
  const client = await pool.connect();
  await client.query("begin");
  await client.query(
    `insert into products (sku_key, id, sku, created_in, changed_in, created_at, updated_at)
     select 'both-' || i * 3 % 4000, 0, 'both-' || i * 3 % 4000, 0, 0, now(), now() from unnest($1::int[]) i`,
    [rows],
  );
  return async () => {
    await client.query("rollback");
    client.release();
  };
}

test("a cancelled import keeps and counts committed products, and no file, chunk or staged row of it remains", async () => {
  await pool.query("truncate products, product_history");
  const { id } = await receiveBytes(context, fileOf("d", 4000, 3));
  const signal = new AbortController().signal;
  await runScan(context, id, signal);
  const release = await holdRows(400, 480);
  const concurrency = Promise.all([runLoader(context, id, signal), runLoader(context, id, signal)]);
  await until(async () => ((await readImport(pool, id)) as Import).created > 0);
  expect(await requestCancel(pool, id)).toBe(true);
  await release();
  await concurrency;
  const ended = (await readImport(pool, id)) as Import;
  expect(ended.state).toBe("cancelled");
  expect(ended.created).toBeGreaterThan(0);
  expect(ended.created).toBeLessThan(4000);
  expect((await totals()).products).toBe(ended.created);
  const { rows } = await pool.query(
    "select created, updated, finished_at is not null as finished from changesets where id = $1",
    [ended.changeset_id],
  );
  expect(rows).toEqual([{ created: ended.created, updated: 0, finished: true }]);
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  // Importing the same file again creates the remaining products.
  const again = await importBytes(context, fileOf("d", 4000, 3));
  expect(again).toMatchObject({ state: "done", created: 4000 - ended.created, unchanged: ended.created });
});

test("a worker that starts late does not continue a cancelled import", async () => {
  await pool.query("truncate products, product_history");
  const { id } = await receiveBytes(context, fileOf("e", 100, 3));
  await requestCancel(pool, id);
  expect(await workOn(context, id)).toMatchObject({ state: "cancelled", created: 0 });
  expect(await totals()).toEqual({ products: 0, versions: 0, history: 0 });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});
