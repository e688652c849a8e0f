// A page's worth of products by the index: by their terms where few have them, else in order until enough are found. What the
// index has of a product counts only while it has its version; every product found is held against the filter itself.
import type { Queryable } from "../../../db/connection/connect.ts";
import { compileFilter, skuConditions } from "../../query/filter.ts";
import { opposite, SORT_KEYS, turned, type Order, type Place } from "../../query/order.ts";
import { LISTED } from "../../store.ts";
import { groupsOf } from "./posting-groups.ts";
import type { TermCondition } from "./term-conditions.ts";
import type { ProductFilter } from "../../../../contract/catalog/product-filter.ts";
import type { Product } from "../../../../contract/catalog/products.ts";

export type Row = Product & { sku_key: string; sort_value: string; is_long: boolean };

export interface Query {
  filter: ProductFilter;
  order: Order;
  after: Place | undefined;
  /** Products wanted. */
  limit: number;
  /** What has not been found after this is left to the next page. */
  patience_ms: number;
}

export interface Found {
  /** In order. */
  rows: Row[];
  /** How far was looked, where that is not to the end and fewer than wanted were found. */
  until: Place | undefined;
}

/** Sort keys of `product_search s`; of the products in the index's order by SKU, `products p` itself is as good. */
const INDEXED_KEYS = { sku: "s.sku_key", name: "s.name_key", updated_at: "s.updated_at", created_at: "s.created_at" };

export interface CandidateOptions {
  /** Whether PostgreSQL has sorted all into its index. */
  is_settled: boolean;
  /** Candidates that are looked at; where there are more, what is found says nothing. */
  most?: number;
  /** Products from here on are left out. */
  until?: Place | undefined;
}

/** Products of which every condition has one term. */
export async function readCandidates(
  db: Queryable,
  { filter, order, after, limit }: Query,
  conditions: readonly TermCondition[],
  { is_settled, most, until }: CandidateOptions,
): Promise<Found & { candidates: number }> {
  const key = INDEXED_KEYS[order.field];
  const direction = order.descending ? "desc" : "asc";
  const { where, values } = compileFilter(filter, [limit, most === undefined ? null : most + 1]);
  const put = (value: unknown): string => `$${String(values.push(value))}`;
  const having = skuConditions(filter.sku, "s.sku_key", put);
  having.push(...haveTerms(conditions, is_settled, put));
  if (after !== undefined) having.push(behind(order, key, after, put));
  if (until !== undefined) having.push(behind(opposite(order), key, turned(until), put));
  const { rows } = await db.query<Row & { candidates: number }>(
    `with c as materialized (
       select s.sku_key, s.id, s.version, ${key} as key from product_search s where ${having.join(" and ")} limit $2::bigint
     ), page as (
       select p.sku_key, c.key as sort_value, ${LISTED}
       from (select * from c order by c.key ${direction}, c.sku_key ${direction}) c
       join products p on p.sku_key = c.sku_key and p.id = c.id and p.version = c.version
       where ${where} order by c.key ${direction}, c.sku_key ${direction} limit $1
     )
     select (select count(*) from c) as candidates, page.* from (select) one left join page on true`,
    values,
  );
  const found = rows.filter((row) => (row.sku_key as string | null) !== null);
  return { rows: found, until: found.length < limit ? until : undefined, candidates: rows[0]?.candidates ?? 0 };
}

/** Several conditions are met in the index, which skips what is far behind. The terms of a single one are read in groups, one after
 * the other: of lists that are read together each entry costs a look at all of them. So the lists of frequent words are read
 * by themselves: 107,000 entries of 59 words in 48 ms instead of 91. */
function haveTerms(
  conditions: readonly TermCondition[],
  isSettled: boolean,
  put: (value: unknown) => string,
): string[] {
  const hasOneOf = (terms: readonly number[]): string => `s.terms && ${put(terms)}::int[]`;
  const [condition] = conditions;
  if (condition === undefined || conditions.length > 1) return conditions.map(({ any_of }) => hasOneOf(any_of));
  const groups = groupsOf(condition, isSettled).map(({ from, to }) => hasOneOf(condition.any_of.slice(from, to)));
  return [`(${groups.join(" or ")})`];
}

/** One in so many products that the index has is in the sample of each order. */
const SAMPLED = 256;

/** Where the next `products` of an order end, by the sample; undefined where there are not so many. */
export async function readStretch(
  db: Queryable,
  { order, after }: Query,
  products: number,
): Promise<Place | undefined> {
  const key = INDEXED_KEYS[order.field];
  const direction = order.descending ? "desc" : "asc";
  const values: unknown[] = [Math.ceil(products / SAMPLED)];
  const place = after === undefined ? "true" : behind(order, key, after, (value) => `$${String(values.push(value))}`);
  const { rows } = await db.query<Place>(
    `select ${key} as sort_value, s.sku_key from product_search s where s.id % ${SAMPLED} = 0 and ${place}
     order by ${key} ${direction}, s.sku_key ${direction} offset $1 limit 1`,
    values,
  );
  return rows[0] && { ...rows[0], is_before: true };
}

/** Products in order, of the next `window` that the index has (or, in the order of the SKUs, that there are). */
export async function readWindow(
  db: Queryable,
  { filter, order, after, limit }: Query,
  conditions: readonly TermCondition[],
  window: number,
): Promise<Found> {
  const direction = order.descending ? "desc" : "asc";
  const { where, values } = compileFilter(filter, [limit, window]);
  const put = (value: unknown): string => `$${String(values.push(value))}`;
  const bySku = order.field === "sku";
  const key = bySku ? SORT_KEYS.sku.sql : INDEXED_KEYS[order.field];
  const within = skuConditions(filter.sku, bySku ? "p.sku_key" : "s.sku_key", put);
  if (after !== undefined) within.push(behind(order, key, after, put));
  const place = within.length === 0 ? "true" : within.join(" and ");
  const narrowed = (bySku ? [] : conditions).map(({ any_of }) => ` and s.terms && ${put(any_of)}::int[]`).join("");
  const from = bySku
    ? `products p where ${place} order by p.sku_key ${direction} limit $2`
    : `product_search s where ${place} order by ${key} ${direction}, s.sku_key ${direction} limit $2`;
  const page = bySku
    ? `select p.sku_key, p.key as sort_value, ${LISTED} from w p where ${where} limit $1`
    : `select p.sku_key, s.key as sort_value, ${LISTED}
       from (select * from w s where true${narrowed}) s
       join products p on p.sku_key = s.sku_key and p.id = s.id and p.version = s.version where ${where} limit $1`;
  const { rows } = await db.query<Row & Last>(
    `with w as materialized (select ${bySku ? "p.*" : "s.sku_key, s.id, s.version, s.terms"}, ${key} as key from ${from}),
     page as materialized (${page}),
     -- Looked for only where the page is not full: else the rest of the window need not be read.
     last as (
       select w.key as last_value, w.sku_key as last_key, (select count(*) from w) as looked
       from w where (select count(*) from page) < $1 order by w.key ${turnedRound(direction)}, w.sku_key ${turnedRound(direction)} limit 1
     )
     select last.*, page.* from (select) one left join last on true left join page on true`,
    values,
  );
  return {
    rows: rows.filter((row) => (row.sku_key as string | null) !== null),
    until: untilOf(rows[0], window),
  };
}

interface Last {
  last_value: string | null;
  last_key: string | null;
  looked: number | null;
}

function untilOf(last: (Row & Last) | undefined, window: number): Place | undefined {
  const { last_value = null, last_key = null, looked = null } = last ?? {};
  // A window that is not full ended with the catalogue.
  if (last_value === null || last_key === null || looked === null || looked < window) return undefined;
  return { sort_value: last_value, sku_key: last_key };
}

const turnedRound = (direction: "asc" | "desc"): string => (direction === "asc" ? "desc" : "asc");

export function behind(order: Order, key: string, after: Place, put: (value: unknown) => string): string {
  const { type } = SORT_KEYS[order.field];
  const skuKey = key.startsWith("s.") ? "s.sku_key" : "p.sku_key";
  const sign = `${order.descending ? "<" : ">"}${after.is_before ? "=" : ""}`;
  if (order.field === "sku") return `${skuKey} ${sign} ${put(after.sku_key)}::text`;
  return `(${key}, ${skuKey}) ${sign} (${put(after.sort_value)}::${type}, ${put(after.sku_key)}::text)`;
}
