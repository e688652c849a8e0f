// Positions in the middle of a list are approximately right, and counting takes bounded time.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createPool } from "../../db/connection/connect.ts";
import { listProducts } from "./list-products.ts";
import { orderOf } from "../query/order.ts";
import { readPositions, type Positions } from "./positions.ts";
import { createIndexMemory, indexBacklog } from "../search/indexer/index-backlog.ts";
import { insertChangeset } from "../changeset-store.ts";
import { noteChanged } from "../backlog.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import { SORTS, type ProductSort } from "../../../contract/catalog/products.ts";

const { address, pool } = await createTestDatabase();
const PRODUCTS = 40_000;
const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });
await fill(PRODUCTS);
const connected = new AbortController().signal;

/** Fills the catalogue. Every fourth product is red; names are in the reverse order of the SKUs. */
async function fill(products: number): Promise<void> {
  await pool.query(
    `insert into products (sku_key, id, sku, name, description, active, attributes, created_in, changed_in, created_at, updated_at)
     select 's' || lpad(n::text, 6, '0'), n, 'S' || lpad(n::text, 6, '0'), 'n' || lpad(($1 - n)::text, 6, '0'), '', true,
            case when n % 4 = 0 then '{"colour": "red"}'::jsonb else '{}' end, 1, 1,
            timestamptz '2026-01-01' + n * interval '1 s', timestamptz '2026-01-01' + n * interval '1 s'
     from generate_series(0, $1 - 1) n`,
    [products],
  );
  await noteChanged(pool, {
    changeset_id: changesetId,
    id_from: 0,
    id_to: products - 1,
    rows: products,
    delta: products,
  });
}

const positionsOf = (filter: ProductFilter, sort: ProductSort, limit = 20): Promise<Positions> =>
  readPositions(pool, { filter, order: orderOf(sort), limit }, connected);

/** For each returned position, compares the estimated row number with the exact one. Returns the differences as shares of the list's
 * length. */
async function errorsOf(filter: ProductFilter, sort: ProductSort): Promise<number[]> {
  const { positions, total } = await positionsOf(filter, sort);
  const errors: number[] = [];
  for (const { row, position } of positions) {
    const { items } = await listProducts(pool, { filter, order: orderOf(sort), after: position, limit: 1 });
    const n = Number((items[0]?.sku ?? "").slice(1));
    const fromStart = sort === "-sku" || sort === "name" || sort === "-updated_at" ? PRODUCTS - 1 - n : n;
    errors.push(Math.abs((fromStart / PRODUCTS) * total.value - row) / total.value);
  }
  return errors;
}

test("the row number of each position is approximately right, in every sort order", async () => {
  for (const sort of [...SORTS, "-sku", "-updated_at"] as const) {
    const errors = await errorsOf({}, sort);
    expect(errors.length).toBeGreaterThan(15);
    expect(Math.max(...errors)).toBeLessThan(0.1);
  }
  const filtered = await errorsOf({ "attributes.colour": "red" }, "sku");
  expect(filtered.length).toBeGreaterThan(15);
  expect(Math.max(...filtered)).toBeLessThan(0.1);
});

test("the count is exact without a filter, for indexed products and for pending products", async () => {
  expect((await positionsOf({}, "sku")).total).toEqual({ value: PRODUCTS, relation: "eq" });
  for (const isIndexed of [false, true]) {
    if (isIndexed) await indexBacklog(pool, createIndexMemory());
    expect((await positionsOf({ "attributes.colour": "red" }, "name")).total).toEqual({
      value: 10_000,
      relation: "eq",
    });
    expect((await positionsOf({ search: "S00001" }, "sku")).total).toEqual({ value: 10, relation: "eq" });
    expect((await positionsOf({ search: "nowhere" }, "sku")).total).toEqual({ value: 0, relation: "eq" });
    expect((await positionsOf({ active: true }, "sku")).total).toEqual({ value: PRODUCTS, relation: "eq" });
  }
});

test("a count that takes too long is estimated, and ends when the client disconnects", async () => {
  const request = { filter: { search: "00" }, order: orderOf("sku"), limit: 5 };
  const exact = await readPositions(pool, request, connected);
  const late = await readPositions(pool, request, connected, 1);
  expect(late.total.relation).toBe("estimate");
  expect(late.total.value / exact.total.value).toBeGreaterThan(0.8);
  expect(late.total.value / exact.total.value).toBeLessThan(1.2);

  const disconnecting = new AbortController();
  const { rows: blocked } = await withLockedIndex(async () => {
    const asked = readPositions(pool, { ...request, filter: { "attributes.colour": "red" } }, disconnecting.signal);
    await expect.poll(countWaiting).toBe(1);
    disconnecting.abort();
    expect((await asked).total.relation).toBe("estimate");
    return countRows();
  });
  expect(blocked).toEqual([{ waiting: 0 }]);
});

test("counts of disconnected clients do not block each other when they hold all connections", async () => {
  const few = createPool(address, { application_name: "test", max: 2 });
  try {
    const request = { filter: { "attributes.colour": "red" }, order: orderOf("sku"), limit: 5 };
    const disconnecting = new AbortController();
    await withLockedIndex(async () => {
      const asked = [1, 2].map(() => readPositions(few, request, disconnecting.signal, 500));
      await expect.poll(countWaiting).toBe(2);
      disconnecting.abort();
      for (const { total } of await Promise.all(asked)) expect(total.relation).toBe("estimate");
    });
  } finally {
    await few.end();
  }
});

const countRows = () =>
  pool.query<{ waiting: number }>(
    "select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
const countWaiting = async (): Promise<number> => (await countRows()).rows[0]?.waiting ?? 0;

/** Runs `work` while the index is locked, so that counts block. */
async function withLockedIndex<T>(work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin; lock table product_search in access exclusive mode");
    return await work();
  } finally {
    await client.query("rollback");
    client.release();
  }
}
