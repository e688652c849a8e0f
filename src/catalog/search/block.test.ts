// A block finds what the database finds, in its order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { comparePlaces, SORT_KEYS, type Order, type Place, type SortField } from "../order.ts";
import { createTestDatabase } from "../../../tests/database.ts";
import { compileFilter } from "../filter.ts";
import { skuKey } from "../sku-key.ts";
import type { Block } from "./block.ts";
import { needlesOf } from "./needle.ts";
import { readBacklog } from "./read-backlog.ts";
import { Tail } from "./tail.ts";

const { pool } = await createTestDatabase();

const word = fc.constantFrom(
  "red",
  "Red",
  "CHAIR",
  "Straße",
  "ÉMILE",
  "é",
  "日本",
  "\u{1f600}",
  "a".repeat(99),
  "\n",
  "\\t",
  "%",
);
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(" "));
const instant = fc
  .tuple(fc.integer({ min: -5_000_000_000, max: 7_000_000_000 }), fc.constantFrom(0, 1, 500_000, 999_999))
  .map(([seconds, microseconds]) =>
    new Date(seconds * 1000).toISOString().replace("000Z", String(microseconds).padStart(6, "0") + "Z"),
  );
const product = fc.record({
  sku: text.map((sku) => sku.trim()).filter((sku) => sku !== ""),
  name: text,
  description: text,
  created_at: instant,
  updated_at: instant,
});
const products = fc.uniqueArray(product, { selector: ({ sku }) => skuKey(sku), minLength: 1, maxLength: 30 });
const order = fc.record({
  field: fc.constantFrom<SortField>("sku", "name", "created_at", "updated_at"),
  descending: fc.boolean(),
});

test("a block finds what the database finds, in its order and behind any place", async () => {
  const search = fc.constantFrom("", "red", "straẞe", "é", "日", "chair red", "x", "\u{1f600}", "aaa é");
  await fc.assert(
    fc.asyncProperty(products, order, search, fc.nat(), fc.boolean(), async (made, by, searched, from, is_before) => {
      await fill(made);
      const expected = await placesOf(by, searched);
      const start = expected[from % (expected.length + 1)];
      const after: Place | undefined =
        start === undefined ? undefined : { ...start, ...(is_before ? { is_before } : {}) };
      const [block] = await blocksOf();
      const found = block?.first(by, { after, until: undefined }, needlesOf({ search: searched }), 5);
      const behind = expected.filter((place) => after === undefined || comparePlaces(by, place, after) > 0);
      expect(found).toEqual(behind.slice(0, 5));
    }),
    { numRuns: 150 },
  );
});

test("an entry with more text than may be held is not tried again, and not waited for", async () => {
  const description = "x".repeat(1000);
  const at = "2026-01-01T00:00:00Z";
  await fill([{ sku: "A", name: "a", description, created_at: at, updated_at: at }]);
  const { entries } = await readBacklog(pool);
  const small = new Tail(pool, 1, 500);
  expect(small.lackingOf(entries)).toEqual(entries);
  await small.load(entries);
  expect([...small.blocks()]).toEqual([]);
  expect(small.lackingOf(entries)).toEqual([]);
  const large = new Tail(pool, 1, 5000);
  await large.load(entries);
  expect(large.blocks().size).toBe(1);
});

test("an entry with a text that has the separator in it is read from the database", async () => {
  const at = "2026-01-01T00:00:00Z";
  await fill([{ sku: "A", name: "a\u001fb", description: "", created_at: at, updated_at: at }]);
  const { entries } = await readBacklog(pool);
  const tail = new Tail(pool, 1);
  await tail.load(entries);
  expect([...tail.blocks()]).toEqual([]);
  expect(tail.lackingOf(entries)).toEqual([]);
});

async function fill(
  made: readonly { sku: string; name: string; description: string; created_at: string; updated_at: string }[],
): Promise<void> {
  await pool.query("truncate products, search_backlog");
  await pool.query(
    `insert into products (sku_key, id, sku, name, description, created_in, changed_in, created_at, updated_at)
     select key, n, sku, name, description, 1, 1, created_at, updated_at
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
          with ordinality p (key, sku, name, description, created_at, updated_at, n)`,
    [
      made.map(({ sku }) => skuKey(sku)),
      ...(["sku", "name", "description", "created_at", "updated_at"] as const).map((column) =>
        made.map((one) => one[column]),
      ),
    ],
  );
  await pool.query(
    `with made as (insert into changesets (kind, actor) values ('import', 'test') returning id)
     insert into search_backlog (changeset_id, id_from, id_to, rows) select id, 1, $1::integer, $1::integer from made`,
    [made.length],
  );
}

async function blocksOf(): Promise<Block[]> {
  const tail = new Tail(pool, 1);
  await tail.load((await readBacklog(pool)).entries);
  return [...tail.blocks().values()];
}

async function placesOf({ field, descending }: Order, search: string): Promise<Place[]> {
  const { where, values } = compileFilter({ search });
  const direction = descending ? "desc" : "asc";
  const { rows } = await pool.query<Place>(
    `select ${SORT_KEYS[field].sql} as sort_value, p.sku_key from products p where ${where}
     order by ${SORT_KEYS[field].sql} ${direction}, p.sku_key ${direction}`,
    values,
  );
  return rows;
}
