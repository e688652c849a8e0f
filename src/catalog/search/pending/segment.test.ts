// A segment finds the same products as the database, in the same order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { comparePositions, SORT_KEYS, type KeysetPosition, type Order, type SortField } from "../../query/order.ts";
import type { ProductFilter } from "../../../../contract/catalog/product-filter.ts";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { parseFilter } from "../../query/parse-filter.ts";
import { raw, statement } from "../../../db/sql.ts";
import { skuKey } from "../../product/sku-key.ts";
import type { Segment } from "./segment.ts";
import { matchersOf } from "./byte-matcher.ts";
import { readBacklog } from "./read-backlog.ts";
import { Memtable } from "./memtable.ts";
import { runs } from "../../../../tests/support/random-runs.ts";

const { pool } = await createTestDatabase();

const word = fc.constantFrom(
  "red",
  "Red",
  "CHAIR",
  "Straße",
  "ÉMILE",
  "é",
  "e\u0301E\u0301",
  "r",
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
/** Random SKUs. Digits are appended, so that fewer SKUs are equal. */
const sku = fc
  .tuple(text, fc.constantFrom("", "0", "1", "12", "123"))
  .map(([text, digits]) => `${text}${digits}`.trim())
  .filter((sku) => sku !== "");
const made = fc.uniqueArray(fc.record({ sku, name: text, description: text }), {
  selector: ({ sku }) => skuKey(sku),
  minLength: 1,
  maxLength: 70,
  size: "max",
});
/** Products that all have the same times, as after an import, or products with several different times. */
const products = fc
  .tuple(
    made,
    fc.array(instant, { minLength: 1, maxLength: 4 }),
    fc.array(instant, { minLength: 1, maxLength: 4 }),
    // A common prefix for all SKUs and names
    fc.constantFrom("", "ACME-", "é".repeat(98)),
  )
  .map(([made, created, updated, prefix]) =>
    made.map((one, n) => ({
      ...one,
      sku: `${prefix}${one.sku}`,
      name: `${prefix}${one.name}`,
      created_at: created[n % created.length] as string,
      updated_at: updated[n % updated.length] as string,
    })),
  );
const order = fc.record({
  field: fc.constantFrom<SortField>("sku", "name", "created_at", "updated_at"),
  descending: fc.boolean(),
});
const filter = fc.oneof(
  fc.record({
    search: fc.constantFrom(
      "red",
      "straẞe",
      "é",
      "e\u0301",
      "日",
      "chair red",
      "x",
      "r",
      "\u{1f600}",
      "aaa é",
      '"é red"',
    ),
  }),
  fc.record({
    search: fc.constantFrom(
      "E",
      "emile",
      "ee",
      "strasse",
      "stra",
      '"se ',
      "red",
      "日本",
      "aaae",
      "\\",
      "ss red",
      '"e-"',
    ),
    accents: fc.constant("ignore" as const),
  }),
  fc.record({ sku: fc.constantFrom("*", "red*", "RED", "É*", "a*", "x*", "straße red*") }),
  fc.record({ sku: fc.constant("r*"), name: fc.constantFrom("d", "Ém"), description: fc.constantFrom("日本", "\\t") }),
  fc.constant({ name: "\u001f" }),
  fc.constant({}),
);
/** A position just before or just after one of the expected products, or no position. */
const bound = fc.option(fc.record({ n: fc.nat(70), is_before: fc.boolean() }), { nil: undefined });

test("a segment finds the same products as the database, in the same order, between any two positions", async () => {
  await fc.assert(
    fc.asyncProperty(products, order, filter, bound, bound, async (made, by, filter, from, to) => {
      await fill(made);
      const expected = await positionsOf(by, filter);
      const at = (bound: typeof from): KeysetPosition | undefined => {
        const found = bound && expected[bound.n % expected.length];
        return found && { ...found, ...(bound.is_before ? { is_before: true } : {}) };
      };
      const [after, until] = [at(from), at(to)];
      const [segment] = await segmentsOf();
      const matchers = matchersOf(parseFilter(filter));
      const first = (count: number): KeysetPosition[] => segment?.first(by, { after, until }, matchers, count) ?? [];
      const found = first(made.length);
      // A segment may find products that contain the text of the filter in another column. The database decides which products match.
      const right = new Set(expected.map(({ sku_key }) => sku_key));
      const isExact = Object.keys(filter).every((key) => key === "search" || key === "accents");
      expect(isExact ? found : found.filter(({ sku_key }) => right.has(sku_key))).toEqual(
        expected.filter(
          (position) =>
            (after === undefined || comparePositions(by, position, after) > 0) &&
            (until === undefined || comparePositions(by, position, until) <= 0),
        ),
      );
      expect(first(5)).toEqual(found.slice(0, 5));
    }),
    { numRuns: runs(35) },
  );
});

test("an entry with too much text is not loaded again, and no list waits for it", async () => {
  const description = "x".repeat(1000);
  const at = "2026-01-01T00:00:00Z";
  await fill([{ sku: "A", name: "a", description, created_at: at, updated_at: at }]);
  const { entries } = await readBacklog(pool);
  const small = new Memtable(pool, 1, 500);
  expect(small.missingOf(entries)).toEqual(entries);
  await small.load(entries);
  expect([...small.segments()]).toEqual([]);
  expect(small.missingOf(entries)).toEqual([]);
  const large = new Memtable(pool, 1, 5000);
  await large.load(entries);
  expect(large.segments().size).toBe(1);
});

test("an entry with a text that contains the separator is read from the database", async () => {
  const at = "2026-01-01T00:00:00Z";
  await fill([{ sku: "A", name: "a\u001fb", description: "", created_at: at, updated_at: at }]);
  const { entries } = await readBacklog(pool);
  const memtable = new Memtable(pool, 1);
  await memtable.load(entries);
  expect([...memtable.segments()]).toEqual([]);
  expect(memtable.missingOf(entries)).toEqual([]);
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

async function segmentsOf(): Promise<Segment[]> {
  const memtable = new Memtable(pool, 1);
  await memtable.load((await readBacklog(pool)).entries);
  return [...memtable.segments().values()];
}

async function positionsOf({ field, descending }: Order, filter: ProductFilter): Promise<KeysetPosition[]> {
  const key = raw(SORT_KEYS[field].sql);
  const direction = raw(descending ? "desc" : "asc");
  const { rows } = await pool.query<KeysetPosition>(
    statement`select ${key} as sort_value, p.sku_key from products p where ${parseFilter(filter).where}
     order by ${key} ${direction}, p.sku_key ${direction}`,
  );
  return rows;
}
