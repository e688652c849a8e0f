// Reading pages forward and backward from any position returns the whole list.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { listProducts, type Page } from "./list-products.ts";
import { orderOf, positionOf, cursorOf, startAt, END_OF_LIST, type PagePosition } from "../query/order.ts";
import { createIndexMemory, indexBacklog } from "../search/indexer/index-backlog.ts";
import { skuKey } from "../product/sku-key.ts";
import { insertChangeset } from "../changeset-store.ts";
import { noteChanged } from "../backlog.ts";
import { SORTS, type ProductSort } from "../../../contract/catalog/products.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const { pool } = await createTestDatabase();
const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });

interface Given {
  sku: string;
  name: string;
}

async function fill(rows: readonly Given[], indexed: number): Promise<void> {
  await pool.query("truncate products, product_search, search_backlog; update search_state set products = 0");
  for (const [first, batch] of [
    [0, rows.slice(0, indexed)],
    [indexed, rows.slice(indexed)],
  ] as const) {
    if (batch.length === 0) continue;
    await pool.query(
      `insert into products (sku_key, id, sku, name, description, active, attributes, created_in, changed_in, created_at, updated_at)
       select r.sku_key, r.id, r.sku, r.name, '', true, '{}', 1, 1, '2026-01-01', '2026-01-01'
       from jsonb_to_recordset($1) as r (sku_key text, id bigint, sku text, name text)`,
      [JSON.stringify(batch.map((row, i) => ({ ...row, id: first + i, sku_key: skuKey(row.sku) })))],
    );
    await noteChanged(pool, {
      changeset_id: changesetId,
      id_from: first,
      id_to: first + batch.length - 1,
      rows: batch.length,
      delta: batch.length,
    });
    if (first === 0) await indexBacklog(pool, createIndexMemory());
  }
}

interface Reading {
  filter: ProductFilter;
  sort: ProductSort;
  limit: number;
}

const readPage = ({ filter, sort, limit }: Reading, after: PagePosition | undefined): Promise<Page> =>
  // Start with a scan of two products and set the time limit to 0 ms, so that pages end before they are full.
  listProducts(pool, { filter, order: orderOf(sort), after, limit }, { first_window: 2, patience_ms: 0 });

/** Returns the SKUs of all following or all previous pages, in list order. */
async function readAll(
  reading: Reading,
  start: PagePosition | undefined,
  direction: "next" | "previous",
): Promise<string[]> {
  const order = orderOf(reading.sort);
  const skus: string[][] = [];
  for (let at = start; ;) {
    const page = await readPage(reading, at);
    const found = page.items.map(({ sku }) => sku);
    if (direction === "next") skus.push(found);
    else skus.unshift(found);
    if (page[direction] === null) return skus.flat();
    at = positionOf(cursorOf(order, page[direction]), order);
  }
}

const given = fc.uniqueArray(
  fc.record({
    sku: fc.string({ unit: fc.constantFrom("a", "b", "A", "é", "😀", "\u{ffff}", "1"), minLength: 1, maxLength: 3 }),
    name: fc.constantFrom("x", "X y", "y"),
  }),
  { selector: ({ sku }) => skuKey(sku), maxLength: 14 },
);
const filter = fc.constantFrom<ProductFilter>({}, { search: "x" }, { name: "y" }, { sku: "a*" });

test("a list from a SKU begins at that SKU, and the previous pages contain all other products", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        given,
        filter,
        limit: fc.integer({ min: 1, max: 5 }),
        indexed: fc.nat(14),
        from: fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "\u{ffff}", "0"), maxLength: 3 }),
        sort: fc.constantFrom<ProductSort>("sku", "-sku"),
      }),
      async ({ given: rows, filter: wanted, limit, indexed, from, sort }) => {
        await fill(rows, indexed);
        const reading = { filter: wanted, sort, limit };
        const whole = await readAll(reading, undefined, "next");
        const start = startAt(from, orderOf(sort));
        const read = await readAll(reading, start, "next");
        const key = Buffer.from(skuKey(from));
        const expected = whole.filter((sku) => {
          const compared = Buffer.compare(Buffer.from(skuKey(sku)), key);
          return sort === "sku" ? compared >= 0 : compared <= 0;
        });
        expect(read).toEqual(expected);
        const { previous } = await readPage(reading, start);
        expect(await readAll(reading, previous as PagePosition, "previous")).toEqual(
          whole.slice(0, whole.length - read.length),
        );
      },
    ),
    { numRuns: runs(20) },
  );
});

test("previous pages lead back from any page to the start, in every sort order", async () => {
  const sort = fc.constantFrom<ProductSort>(...SORTS, "-sku", "-name", "-updated_at", "-created_at");
  await fc.assert(
    fc.asyncProperty(
      fc.record({ given, filter, sort, limit: fc.integer({ min: 1, max: 5 }), indexed: fc.nat(14) }),
      async ({ given: rows, filter: wanted, limit, indexed, sort: order }) => {
        await fill(rows, indexed);
        const reading = { filter: wanted, sort: order, limit };
        const whole = await readAll(reading, undefined, "next");
        let seen = 0;
        for (let at: PagePosition | undefined; ;) {
          const page = await readPage(reading, at);
          const before = page.previous === null ? [] : await readAll(reading, page.previous, "previous");
          expect(before).toEqual(whole.slice(0, seen));
          seen += page.items.length;
          if (page.next === null) break;
          at = page.next;
        }
        expect(seen).toBe(whole.length);
      },
    ),
    { numRuns: runs(15) },
  );
});

test("the list can be read backward from its end", async () => {
  const sort = fc.constantFrom<ProductSort>(...SORTS, "-sku", "-name");
  await fc.assert(
    fc.asyncProperty(
      fc.record({ given, filter, sort, limit: fc.integer({ min: 1, max: 5 }), indexed: fc.nat(14) }),
      async ({ given: rows, filter: wanted, limit, indexed, sort: order }) => {
        await fill(rows, indexed);
        const reading = { filter: wanted, sort: order, limit };
        const end = positionOf(cursorOf(orderOf(order), END_OF_LIST), orderOf(order));
        expect((await readPage(reading, end)).next).toBe(null);
        expect(await readAll(reading, end, "previous")).toEqual(await readAll(reading, undefined, "next"));
      },
    ),
    { numRuns: runs(10) },
  );
});

test("in the middle of a list, the total is exact without a filter, and a minimum with one", async () => {
  await fill(
    ["a", "b", "c", "d"].map((sku) => ({ sku, name: "x" })),
    4,
  );
  const from = startAt("C", orderOf("sku"));
  const all = await readPage({ filter: {}, sort: "sku", limit: 9 }, from);
  expect([all.items.map(({ sku }) => sku), all.total]).toEqual([["c", "d"], { value: 4, relation: "eq" }]);
  const some = await readPage({ filter: { name: "x" }, sort: "sku", limit: 9 }, from);
  expect(some.total).toEqual({ value: 2, relation: "gte" });
});
