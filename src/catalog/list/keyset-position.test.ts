import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { listProducts, type Page } from "./list-products.ts";
import { orderOf, positionOf, cursorOf, startAt, THE_END, type Position } from "../query/order.ts";
import { createIndexMemory, indexBacklog } from "../search/indexer/index-backlog.ts";
import { skuKey } from "../product/sku-key.ts";
import { insertChangeset } from "../changeset-store.ts";
import { noteChanged } from "../backlog.ts";
import { SORTS, type ProductSort } from "../../../contract/catalog/products.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";

const { pool } = await createTestDatabase();
const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });

interface Given {
  sku: string;
  name: string;
}

async function fill(rows: readonly Given[], indexed: number): Promise<void> {
  await pool.query("truncate products, product_search, search_backlog; update search_state set products = 0");
  for (const [first, part] of [
    [0, rows.slice(0, indexed)],
    [indexed, rows.slice(indexed)],
  ] as const) {
    if (part.length === 0) continue;
    await pool.query(
      `insert into products (sku_key, id, sku, name, description, active, attributes, created_in, changed_in, created_at, updated_at)
       select r.sku_key, r.id, r.sku, r.name, '', true, '{}', 1, 1, '2026-01-01', '2026-01-01'
       from jsonb_to_recordset($1) as r (sku_key text, id bigint, sku text, name text)`,
      [JSON.stringify(part.map((row, i) => ({ ...row, id: first + i, sku_key: skuKey(row.sku) })))],
    );
    const rowsWritten = { rows: part.length, delta: part.length };
    await noteChanged(pool, {
      changeset_id: changesetId,
      id_from: first,
      id_to: first + part.length - 1,
      ...rowsWritten,
    });
    if (first === 0) await indexBacklog(pool, createIndexMemory());
  }
}

interface Reading {
  filter: ProductFilter;
  sort: ProductSort;
  limit: number;
}

const read = ({ filter, sort, limit }: Reading, after: Position | undefined): Promise<Page> =>
  // Small windows: pages that end before they are full.
  listProducts(pool, { filter, order: orderOf(sort), after, limit }, { first_window: 2, patience_ms: 0 });

/** SKUs of the pages that follow, or of those that lead back, in the list's order. */
async function readAll(reading: Reading, start: Position | undefined, way: "next" | "previous"): Promise<string[]> {
  const order = orderOf(reading.sort);
  const skus: string[][] = [];
  for (let at = start; ;) {
    const page = await read(reading, at);
    const found = page.items.map(({ sku }) => sku);
    if (way === "next") skus.push(found);
    else skus.unshift(found);
    if (page[way] === null) return skus.flat();
    at = positionOf(cursorOf(order, page[way]), order);
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

test("a list from a SKU has what is at it or behind, and leads back to the rest", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ...{ given, filter, limit: fc.integer({ min: 1, max: 5 }), indexed: fc.nat(14) },
        from: fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "\u{ffff}", "0"), maxLength: 3 }),
        sort: fc.constantFrom<ProductSort>("sku", "-sku"),
      }),
      async ({ given: rows, filter: wanted, limit, indexed, from, sort }) => {
        await fill(rows, indexed);
        const reading = { filter: wanted, sort, limit };
        const whole = await readAll(reading, undefined, "next");
        const start = startAt(from, orderOf(sort));
        const memtable = await readAll(reading, start, "next");
        const key = Buffer.from(skuKey(from));
        const behind = whole.filter((sku) => {
          const compared = Buffer.compare(Buffer.from(skuKey(sku)), key);
          return sort === "sku" ? compared >= 0 : compared <= 0;
        });
        expect(memtable).toEqual(behind);
        const { previous } = await read(reading, start);
        expect(await readAll(reading, previous as Position, "previous")).toEqual(
          whole.slice(0, whole.length - memtable.length),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("from any page in any order the pages before are those that were read", async () => {
  const sort = fc.constantFrom<ProductSort>(...SORTS, "-sku", "-name", "-updated_at", "-created_at");
  await fc.assert(
    fc.asyncProperty(
      fc.record({ ...{ given, filter, sort, limit: fc.integer({ min: 1, max: 5 }), indexed: fc.nat(14) } }),
      async ({ given: rows, filter: wanted, limit, indexed, sort: order }) => {
        await fill(rows, indexed);
        const reading = { filter: wanted, sort: order, limit };
        const whole = await readAll(reading, undefined, "next");
        let seen = 0;
        for (let at: Position | undefined; ;) {
          const page = await read(reading, at);
          const before = page.previous === null ? [] : await readAll(reading, page.previous, "previous");
          expect(before).toEqual(whole.slice(0, seen));
          seen += page.items.length;
          if (page.next === null) break;
          at = page.next;
        }
        expect(seen).toBe(whole.length);
      },
    ),
    { numRuns: 40 },
  );
});

test("the last page is read from the end, and all others before it", async () => {
  const sort = fc.constantFrom<ProductSort>(...SORTS, "-sku", "-name");
  await fc.assert(
    fc.asyncProperty(
      fc.record({ ...{ given, filter, sort, limit: fc.integer({ min: 1, max: 5 }), indexed: fc.nat(14) } }),
      async ({ given: rows, filter: wanted, limit, indexed, sort: order }) => {
        await fill(rows, indexed);
        const reading = { filter: wanted, sort: order, limit };
        const end = positionOf(cursorOf(orderOf(order), THE_END), orderOf(order));
        expect((await read(reading, end)).next).toBe(null);
        expect(await readAll(reading, end, "previous")).toEqual(await readAll(reading, undefined, "next"));
      },
    ),
    { numRuns: 30 },
  );
});

test("how many match is only said where it is known: not from the middle of a filtered list", async () => {
  await fill(
    ["a", "b", "c", "d"].map((sku) => ({ sku, name: "x" })),
    4,
  );
  const from = startAt("C", orderOf("sku"));
  const all = await read({ filter: {}, sort: "sku", limit: 9 }, from);
  expect([all.items.map(({ sku }) => sku), all.total]).toEqual([["c", "d"], { value: 4, relation: "eq" }]);
  const some = await read({ filter: { name: "x" }, sort: "sku", limit: 9 }, from);
  expect(some.total).toEqual({ value: 2, relation: "gte" });
});
