// Reads up to one page of products through the index. Either reads the products that have the search terms, or scans the products in list
// order. An index entry contains the version of its product and is valid only for this version. Every product is checked with the condition
// of the filter.
import type { Queryable } from "../../../db/connection/connect.ts";
import { allOf, join, raw, sql, statement, type Sql } from "../../../db/sql.ts";
import { skuCondition, type ParsedFilter } from "../../query/parse-filter.ts";
import { reverseOrder, reversePosition, SORT_KEYS, type KeysetPosition, type Order } from "../../query/order.ts";
import { LISTED } from "../../store.ts";
import { groupsOf } from "./posting-groups.ts";
import type { TermCondition } from "./term-conditions.ts";
import type { Product } from "../../../../contract/catalog/products.ts";

export type Row = Product & { sku_key: string; sort_value: string; is_long: boolean };

export interface Query {
  filter: ParsedFilter;
  order: Order;
  after: KeysetPosition | undefined;
  limit: number;
  /** Time in milliseconds after which the page ends early. */
  patience_ms: number;
}

export interface Found {
  /** The products that were found, in list order. */
  rows: Row[];
  /** All matching products up to this position are in `rows`. undefined if `rows` is full or reaches the end of the list. */
  until: KeysetPosition | undefined;
}

/** The columns of `product_search s` that contain the sort keys. For SKU order, `products p` has an index on the same key. */
const INDEXED_KEYS = { sku: "s.sku_key", name: "s.name_key", updated_at: "s.updated_at", created_at: "s.created_at" };

const PRODUCT = raw(LISTED);
const ASCENDING = raw("asc");
const DESCENDING = raw("desc");

interface CandidateOptions {
  /** Whether the pending lists of the GIN indexes are empty. */
  is_settled: boolean;
  /** Maximum number of candidate products. If there are more candidates, the result is incomplete and must not be used. */
  max?: number;
  /** Products after this position are omitted. */
  until?: KeysetPosition | undefined;
}

/** Reads the matching products among the candidates. A candidate is a product that has at least one term from every condition. */
export async function readCandidates(
  db: Queryable,
  { filter, order, after, limit }: Query,
  conditions: readonly TermCondition[],
  { is_settled, max, until }: CandidateOptions,
): Promise<Found & { candidates: number }> {
  const key = raw(INDEXED_KEYS[order.field]);
  const by = ordered(order, raw("c.key"), "c");
  const having = filter.sku === undefined ? [] : [skuCondition(filter.sku, raw("s.sku_key"))];
  having.push(...termConditions(conditions, is_settled));
  if (after !== undefined) having.push(isAfter(order, "s", key, after));
  if (until !== undefined) having.push(isAfter(reverseOrder(order), "s", key, reversePosition(until)));
  const { rows } = await db.query<Row & { candidates: number }>(
    statement`with c as materialized (
       select s.sku_key, s.id, s.version, ${key} as key from product_search s
       where ${join(having, " and ")} limit ${max === undefined ? null : max + 1}::bigint
     ), page as (
       select p.sku_key, c.key as sort_value, ${PRODUCT}
       from (select * from c order by ${by}) c
       join products p on p.sku_key = c.sku_key and p.id = c.id and p.version = c.version
       where ${filter.where} order by ${by} limit ${limit}
     )
     select (select count(*) from c) as candidates, page.* from (select 1) one left join page on true
     order by ${ordered(order, raw("page.sort_value"), "page")}`,
  );
  const found = rows.filter((row) => (row.sku_key as string | null) !== null);
  return { rows: found, until: found.length < limit ? until : undefined, candidates: rows[0]?.candidates ?? 0 };
}

/** Returns the SQL of term conditions. PostgreSQL intersects several conditions in the index and skips entries that cannot match. The terms
 * of a single condition are read in groups, one after the other, because a scan compares each entry with all lists of its group. Lists of
 * frequent words form groups of their own: reading 107,000 entries of 59 words took 48 ms instead of 91 ms. */
function termConditions(conditions: readonly TermCondition[], isSettled: boolean): Sql[] {
  const hasOneOf = (terms: readonly number[]): Sql => sql`s.terms && ${terms}::int[]`;
  const [condition] = conditions;
  if (condition === undefined || conditions.length > 1) return conditions.map(({ any_of }) => hasOneOf(any_of));
  const groups = groupsOf(condition, isSettled).map(({ from, to }) => hasOneOf(condition.any_of.slice(from, to)));
  return [sql`(${join(groups, " or ")})`];
}

/** The end of a key range is estimated from a sample of the indexed products. The sample contains one in 256 products. */
const SAMPLED = 256;

/** Estimates the end of a key range of about `products` products from the sample. Returns undefined if fewer products follow. */
export async function readKeyRangeEnd(
  db: Queryable,
  { order, after }: Query,
  products: number,
): Promise<KeysetPosition | undefined> {
  const key = raw(INDEXED_KEYS[order.field]);
  const range = [sql`s.id % ${raw(String(SAMPLED))} = 0`];
  if (after !== undefined) range.push(isAfter(order, "s", key, after));
  const source = sql`product_search s where ${allOf(range)} order by ${ordered(order, key, "s")}`;
  const end = await readPosition(
    db,
    sql`${key} as sort_value, s.sku_key from ${source}`,
    Math.ceil(products / SAMPLED),
  );
  return end && { ...end, is_before: true };
}

/** Reads the position of a product in an ordered list of positions. Returns undefined if the list has no more than `offset` products. */
async function readPosition(db: Queryable, positions: Sql, offset: number): Promise<KeysetPosition | undefined> {
  const { rows } = await db.query<KeysetPosition>(statement`select ${positions} offset ${offset} limit 1`);
  return rows[0];
}

/** Reads the matching products among the next `window` products of the index or, in SKU order, of the table. */
export async function readWindow(
  db: Queryable,
  query: Query,
  conditions: readonly TermCondition[],
  window: number,
): Promise<Found> {
  const { page, positions } =
    query.order.field === "sku" ? skuWindow(query, window) : indexWindow(query, conditions, window);
  const { rows } = await db.query<Row>(statement`${page} limit ${query.limit}`);
  if (rows.length === query.limit) return { rows, until: undefined };
  // The page is not full, so PostgreSQL has read the whole window. If the list has no product at the end of the window, the list is complete.
  return { rows, until: await readPosition(db, positions, window - 1) };
}

interface WindowSql {
  /** Selects the matching products of the window in list order. The window and the page are ordered by the same keys. PostgreSQL can therefore
   * read the window in index order, look up one product after the other, and stop when the page is full. If it chooses another plan, it
   * sorts. */
  page: Sql;
  /** Selects the positions from the start of the window to the end of the list, in list order. The index contains all of their columns. */
  positions: Sql;
}

function skuWindow({ filter, order, after }: Query, window: number): WindowSql {
  const key = raw(SORT_KEYS.sku.sql);
  const range = filter.sku === undefined ? [] : [skuCondition(filter.sku, key)];
  if (after !== undefined) range.push(isAfter(order, "p", key, after));
  const by = ordered(order, key, "p");
  const source = sql`products p where ${allOf(range)} order by ${by}`;
  return {
    page: sql`select p.sku_key, p.sku_key as sort_value, ${PRODUCT} from (select p.* from ${source} limit ${window}) p
       where ${filter.where} order by ${by}`,
    positions: sql`p.sku_key as sort_value, p.sku_key from ${source}`,
  };
}

function indexWindow({ filter, order, after }: Query, conditions: readonly TermCondition[], window: number): WindowSql {
  const key = raw(INDEXED_KEYS[order.field]);
  const range = filter.sku === undefined ? [] : [skuCondition(filter.sku, raw("s.sku_key"))];
  if (after !== undefined) range.push(isAfter(order, "s", key, after));
  const source = sql`product_search s where ${allOf(range)} order by ${ordered(order, key, "s")}`;
  const having = [...conditions.map(({ any_of }) => sql`s.terms && ${any_of}::int[]`), filter.where];
  return {
    page: sql`select p.sku_key, s.key as sort_value, ${PRODUCT}
       from (select s.sku_key, s.id, s.version, s.terms, ${key} as key from ${source} limit ${window}) s
       join products p on p.sku_key = s.sku_key and p.id = s.id and p.version = s.version
       where ${allOf(having)} order by ${ordered(order, raw("s.key"), "s")}`,
    positions: sql`${key} as sort_value, s.sku_key from ${source}`,
  };
}

/** Returns the SQL of the order, for `order by`. `table` has a column `sku_key`; `key` is the SQL of its sort value. */
function ordered(order: Order, key: Sql, table: "s" | "p" | "c" | "page"): Sql {
  const direction = order.descending ? DESCENDING : ASCENDING;
  const bySku = sql`${raw(`${table}.sku_key`)} ${direction}`;
  return order.field === "sku" ? bySku : sql`${key} ${direction}, ${bySku}`;
}

/** Returns the keyset condition, which selects the products after the position. `table` has a column `sku_key`; `key` is the SQL of its
 * sort value. */
export function isAfter(order: Order, table: "s" | "p", key: Sql, after: KeysetPosition): Sql {
  const { type } = SORT_KEYS[order.field];
  const skuKey = raw(`${table}.sku_key`);
  const operator = raw(`${order.descending ? "<" : ">"}${after.is_before ? "=" : ""}`);
  if (order.field === "sku") return sql`${skuKey} ${operator} ${after.sku_key}::text`;
  return sql`(${key}, ${skuKey}) ${operator} (${after.sort_value}::${raw(type)}, ${after.sku_key}::text)`;
}
