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
const present = new AbortController().signal;

/** Every fourth is red; names run against the SKUs. */
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
  readPositions(pool, { filter, order: orderOf(sort), limit }, present);

/** How far each position is from where it says to be, as a share of the list. */
async function faultsOf(filter: ProductFilter, sort: ProductSort): Promise<number[]> {
  const { positions, total } = await positionsOf(filter, sort);
  const faults: number[] = [];
  for (const { row, place } of positions) {
    const { items } = await listProducts(pool, { filter, order: orderOf(sort), after: place, limit: 1 });
    const n = Number((items[0]?.sku ?? "").slice(1));
    const fromStart = sort === "-sku" || sort === "name" || sort === "-updated_at" ? PRODUCTS - 1 - n : n;
    faults.push(Math.abs((fromStart / PRODUCTS) * total.value - row) / total.value);
  }
  return faults;
}

test("the middle of a list is entered about where it is said to be, in any order", async () => {
  for (const sort of [...SORTS, "-sku", "-updated_at"] as const) {
    const faults = await faultsOf({}, sort);
    expect(faults.length).toBeGreaterThan(15);
    expect(Math.max(...faults)).toBeLessThan(0.1);
  }
  const filtered = await faultsOf({ "attributes.colour": "red" }, "sku");
  expect(filtered.length).toBeGreaterThan(15);
  expect(Math.max(...filtered)).toBeLessThan(0.1);
});

test("the count is exact, of all, by the index and before it has caught up", async () => {
  expect((await positionsOf({}, "sku")).total).toEqual({ value: PRODUCTS, relation: "eq" });
  for (const catchUp of [false, true]) {
    if (catchUp) await indexBacklog(pool, createIndexMemory());
    expect((await positionsOf({ "attributes.colour": "red" }, "name")).total).toEqual({
      value: 10_000,
      relation: "eq",
    });
    expect((await positionsOf({ search: "S00001" }, "sku")).total).toEqual({ value: 10, relation: "eq" });
    expect((await positionsOf({ search: "nowhere" }, "sku")).total).toEqual({ value: 0, relation: "eq" });
    expect((await positionsOf({ active: true }, "sku")).total).toEqual({ value: PRODUCTS, relation: "eq" });
  }
});

test("a count that takes too long is estimated, and one that nobody waits for ends at once", async () => {
  const request = { filter: { search: "00" }, order: orderOf("sku"), limit: 5 };
  const exact = await readPositions(pool, request, present);
  const late = await readPositions(pool, request, present, 1);
  expect(late.total.relation).toBe("estimate");
  expect(late.total.value / exact.total.value).toBeGreaterThan(0.8);
  expect(late.total.value / exact.total.value).toBeLessThan(1.2);

  const leaving = new AbortController();
  const { rows: left } = await holdUp(async () => {
    const asked = readPositions(pool, { ...request, filter: { "attributes.colour": "red" } }, leaving.signal);
    await expect.poll(countWaiting).toBe(1);
    leaving.abort();
    expect((await asked).total.relation).toBe("estimate");
    return countRows();
  });
  expect(left).toEqual([{ waiting: 0 }]);
});

test("those that nobody waits for any more do not hold each other up where they have all connections", async () => {
  const few = createPool(address, { application_name: "test", max: 2 });
  try {
    const request = { filter: { "attributes.colour": "red" }, order: orderOf("sku"), limit: 5 };
    const leaving = new AbortController();
    await holdUp(async () => {
      const asked = [1, 2].map(() => readPositions(few, request, leaving.signal, 500));
      await expect.poll(countWaiting).toBe(2);
      leaving.abort();
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

/** While nobody may read the index, so that a count stands still. */
async function holdUp<T>(work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin; lock table product_search in access exclusive mode");
    return await work();
  } finally {
    await client.query("rollback");
    client.release();
  }
}
