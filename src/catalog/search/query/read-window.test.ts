// A list contains every product once and in order, whichever plan PostgreSQL chooses. The tests read the index in transactions of their own,
// because the settings of a list's snapshot would prevent most of these plans.
import type pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../../tests/support/import-file.ts";
import type { ProductFilter } from "../../../../contract/catalog/product-filter.ts";
import { SORTS, type ProductSort } from "../../../../contract/catalog/products.ts";
import { LOOK_UP } from "../../../db/planner-hints.ts";
import { orderOf, type KeysetPosition } from "../../query/order.ts";
import { parseFilter } from "../../query/parse-filter.ts";
import { createIndexMemory, indexBacklog } from "../indexer/index-backlog.ts";
import { estimateCosts } from "./cost-model.ts";
import { readInOrder, scanByKeyRange, scanOneByOne } from "./ordered-scan.ts";
import { readCandidates, type Found, type Query } from "./read-index.ts";
import { readTermStats, type TermCondition } from "./term-conditions.ts";

const ALL_SORTS: ProductSort[] = SORTS.flatMap((field) => [field, `-${field}` as const]);
const PRODUCTS = 800;
const LIMIT = 90;
/** Several windows fill a page that has a filter, and a window has more products than a page without a filter. */
const FIRST_WINDOW = 130;

const PLANS = {
  "as usual": LOOK_UP,
  "with hash joins": "set local enable_nestloop = off; set local enable_mergejoin = off",
  "with merge joins": "set local enable_nestloop = off; set local enable_hashjoin = off",
  "without index scans": "set local enable_indexscan = off; set local enable_indexonlyscan = off",
  "without any index": `set local enable_indexscan = off; set local enable_indexonlyscan = off; set local enable_bitmapscan = off;
    set local enable_nestloop = off`,
  "with parallel workers": `set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0;
    set local min_parallel_table_scan_size = 0; set local min_parallel_index_scan_size = 0; set local enable_nestloop = off;
    set local max_parallel_workers_per_gather = 4; select set_config(name, 'on', true) from pg_settings where name in ('debug_parallel_query', 'force_parallel_mode')`,
};

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);
// Many products have equal names and times. The order of names is neither that of SKUs nor that of rows.
const products = Array.from({ length: PRODUCTS }, (_, i) => ({
  sku: `s${String((i * 7919) % 1000).padStart(3, "0")}`,
  name: `name ${(i * 31) % 7}${i % 4 === 0 ? " oak" : ""}`,
  active: i % 3 !== 0,
  brand: `b${i % 2}`,
  created_at: new Date(Date.UTC(2026, 0, 1 + (i % 3))).toISOString(),
  updated_at: new Date(Date.UTC(2026, 1, 1 + ((i * 13) % 5))).toISOString(),
}));
type TestProduct = (typeof products)[number];
const lines = products.map(({ sku, name, active, brand }) => `${sku},${name},${active},${brand}\n`);
await importBytes(context, `sku,name,active,Brand\n${lines.join("")}`);
await pool.query(
  `update products p set created_at = r.created_at, updated_at = r.updated_at
   from jsonb_to_recordset($1) as r (sku text, created_at timestamptz, updated_at timestamptz) where r.sku = p.sku_key`,
  [JSON.stringify(products)],
);
await indexBacklog(pool, createIndexMemory());
await pool.query("vacuum analyze products, product_search, search_words");

const FILTERS: [ProductFilter, (product: TestProduct) => boolean][] = [
  [{}, () => true],
  [{ active: false }, ({ active }) => !active],
  [{ sku: "s1*" }, ({ sku }) => sku.startsWith("s1")],
  [{ search: "oak" }, ({ name }) => name.endsWith("oak")],
  [{ search: "name oak", "attributes.Brand": "b0" }, ({ name, brand }) => name.endsWith("oak") && brand === "b0"],
];

type Reader = (db: pg.ClientBase, query: Query, conditions: readonly TermCondition[]) => Promise<Found>;

const costsOf = ({ filter, order, limit }: Query, conditions: readonly TermCondition[]) =>
  estimateCosts(filter, conditions, { limit, products: PRODUCTS, by_sku: order.field === "sku", is_settled: true });
const LIMITS = { terms_us: Infinity, scanned_per_match: 1, first_window: FIRST_WINDOW };

const oneByOne: Reader = (db, query, conditions) =>
  readInOrder(query, scanOneByOne(db, conditions, costsOf(query, conditions)), LIMITS);
const byKeyRange: Reader = (db, query, conditions) =>
  readInOrder(query, scanByKeyRange(db, query, costsOf(query, conditions), true), LIMITS);
const candidates: Reader = (db, query, conditions) => readCandidates(db, query, conditions, { is_settled: true });

async function inTransaction<T>(settings: string, read: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`begin transaction isolation level repeatable read read only; ${settings}`);
    return await read(client);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

async function listAll(db: pg.ClientBase, read: Reader, given: ProductFilter, sort: ProductSort): Promise<string[]> {
  const filter = parseFilter(given);
  const conditions = await readTermStats(db, filter);
  const listed: string[] = [];
  let after: KeysetPosition | undefined;
  for (;;) {
    const query = { filter, order: orderOf(sort), after, limit: LIMIT, patience_ms: 60_000 };
    const { rows, until } = await read(db, query, conditions);
    listed.push(...rows.map(({ sku }) => sku));
    after = until ?? (rows.length < LIMIT ? undefined : rows.at(-1));
    if (after === undefined) return listed;
  }
}

function inOrder(matches: (product: TestProduct) => boolean, sort: ProductSort): string[] {
  const { field, descending } = orderOf(sort);
  const keyOf = (product: TestProduct): string => `${product[field]}\0${product.sku}`;
  const sorted = products.filter(matches).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return (descending ? sorted.reverse() : sorted).map(({ sku }) => sku);
}

const cases = Object.entries(PLANS).flatMap(([plan, settings]) =>
  Object.entries({ oneByOne, byKeyRange, candidates }).map(([way, read]) => ({ plan, settings, way, read })),
);

test.each(cases)("lists read $way are complete and in order $plan", async ({ settings, read }) => {
  // Only filters with search terms can be read in the other ways.
  const filters = read === oneByOne ? FILTERS : FILTERS.slice(-2);
  await inTransaction(settings, async (db) => {
    for (const [filter, matches] of filters)
      for (const sort of ALL_SORTS)
        expect(await listAll(db, read, filter, sort), `${sort} ${JSON.stringify(filter)}`).toEqual(
          inOrder(matches, sort),
        );
  });
});

/** The names of the nodes of a plan. */
const nodesOf = (plan: string): string[] => [...plan.matchAll(/"Node Type":"([^"]*)"/g)].map(([, node = ""]) => node);

test.each(ALL_SORTS)("PostgreSQL reads a window in the order %s from an index, without a sort", async (sort) => {
  const explained: string[] = [];
  await inTransaction(LOOK_UP, async (db) => {
    const explaining = {
      async query(statement: pg.QueryConfig) {
        const { rows } = await db.query<Record<string, unknown>>({
          ...statement,
          text: `explain (format json) ${statement.text}`,
        });
        explained.push(JSON.stringify(rows));
        return { rows: [] };
      },
    } as unknown as pg.ClientBase;
    const filter = parseFilter({ active: false });
    await oneByOne(
      explaining,
      { filter, order: orderOf(sort), after: undefined, limit: LIMIT, patience_ms: 60_000 },
      [],
    );
  });
  const [page = [], end = []] = explained.map(nodesOf);
  expect(page).not.toEqual([]);
  expect(end).not.toEqual([]);
  for (const node of [...page, ...end])
    expect(["Limit", "Nested Loop", "Subquery Scan", "Index Scan", "Index Only Scan"]).toContain(node);
});
