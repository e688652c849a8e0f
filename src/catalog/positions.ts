// How many products a list has and where its middle can be entered: counted in bounded time, positions from a random sample.
// The list itself never waits for this.
import type pg from "pg";
import { withSnapshot } from "../db/snapshot.ts";
import { compileFilter } from "./filter.ts";
import { SORT_KEYS, type Order, type Position } from "./order.ts";
import { readConditions, type TermCondition } from "./search/plan.ts";
import { readBacklog } from "./search/read-backlog.ts";
import type { ProductFilter } from "../../contract/product-filter.ts";

export interface PositionsRequest {
  filter: ProductFilter;
  order: Order;
  /** Positions at most. */
  limit: number;
}

export interface Positions {
  total: { value: number; relation: "eq" | "estimate" };
  /** In the list's order. */
  positions: {
    row: number;
    /** What the list is sorted by, there; a SKU as it is written. */
    value: string;
    place: Position;
  }[];
}

/** Products that are sampled; all where there are no more. Of 30,000 a place is off by some 1 % of the list. */
const SAMPLE = 30_000;
/** A count that takes longer is given up, and the sample estimates. */
const COUNT_MS = 4000;
/** By their terms at most so many are counted: a scan of the table is as quick then. */
const MOST_CANDIDATES = 200_000;

/** @param signal of who asked: counting ends when he leaves */
export async function readPositions(
  pool: pg.Pool,
  { filter, order, limit }: PositionsRequest,
  signal: AbortSignal,
  count_ms = COUNT_MS,
): Promise<Positions> {
  const { sampled, share, products, counted } = await withSnapshot(pool, async (db) => {
    const backlog = await readBacklog(db);
    const share_looked_at = backlog.products <= SAMPLE ? 1 : SAMPLE / backlog.products;
    const found = await sample(db, { filter, order, limit }, share_looked_at);
    const is_known = share_looked_at === 1 || isAll(filter);
    // What the index has not reached it cannot count.
    const conditions = is_known || backlog.behind > 0 ? [] : await readConditions(db, filter);
    const exact = is_known
      ? undefined
      : await untilAborted(pool, db, signal, () => count(db, filter, conditions[0], count_ms));
    return { sampled: found, share: share_looked_at, products: backlog.products, counted: exact };
  });
  const exact = share === 1 ? sampled.matching : isAll(filter) ? products : counted;
  const value = exact ?? Math.round(sampled.matching / share);
  return {
    total: { value, relation: exact === undefined ? "estimate" : "eq" },
    positions: sampled.places.map(({ before, sku, ...place }) => ({
      row: Math.round((before / Math.max(sampled.matching, 1)) * value),
      value: order.field === "sku" ? sku : place.sort_value,
      place: { ...place, is_before: true, seen: null },
    })),
  };
}

const isAll = (filter: ProductFilter): boolean => Object.values(filter).every((value) => value === undefined);

interface Sampled {
  matching: number;
  places: { before: number; sku: string; sort_value: string; sku_key: string }[];
}

/** The places of every so many of those that match, and how many do. */
async function sample(db: pg.ClientBase, { filter, order, limit }: PositionsRequest, share: number): Promise<Sampled> {
  const { where, values } = compileFilter(filter, [limit, ...(share < 1 ? [share * 100] : [])]);
  const direction = order.descending ? "desc" : "asc";
  const { rows } = await db.query<{ matching: number } & (Sampled["places"][number] | { before: null })>(
    `with found as materialized (
       select ${SORT_KEYS[order.field].sql} as sort_value, p.sku_key, p.sku
       from products p ${share < 1 ? "tablesample system ($2::float4)" : ""} where ${where}
     ), numbered as (
       select found.*, row_number() over (order by sort_value ${direction}, sku_key ${direction}) - 1 as before,
              count(*) over () as matching from found
     )
     select (select count(*) from found) as matching, n.before, n.sort_value, n.sku_key, n.sku
     from (select) one left join numbered n on n.before % ceil(n.matching / $1::float8)::bigint = 0 order by n.before`,
    values,
  );
  const matching = rows[0]?.matching ?? 0;
  return {
    matching,
    places: rows.flatMap((row) =>
      row.before === null
        ? []
        : [{ before: row.before, sku: row.sku, sort_value: row.sort_value, sku_key: row.sku_key }],
    ),
  };
}

/** All that match. It is the last thing that its transaction does, and may be cancelled. */
async function count(
  db: pg.ClientBase,
  filter: ProductFilter,
  rarest: TermCondition | undefined,
  count_ms: number,
): Promise<number> {
  const by_terms = rarest !== undefined && rarest.products <= MOST_CANDIDATES;
  const { where, values } = compileFilter(filter, by_terms ? [rarest.any_of] : []);
  const from = by_terms
    ? `(select p.* from product_search s join products p on p.sku_key = s.sku_key and p.id = s.id and p.version = s.version
        where s.terms && $1::int[]) p`
    : "products p";
  // One core is enough for what nobody waits for.
  await db.query(`set local statement_timeout = ${String(count_ms)}; set local max_parallel_workers_per_gather = 0;
                  set local enable_seqscan = ${by_terms ? "off" : "on"}`);
  const { rows } = await db.query<{ count: number }>(`select count(*) as count from ${from} where ${where}`, values);
  return rows[0]?.count ?? 0;
}

/** undefined = it took too long, or nobody waits for it any more. */
async function untilAborted<T>(
  pool: pg.Pool,
  client: pg.PoolClient,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let cancelled: Promise<unknown> | undefined;
  const cancel = (): void => {
    cancelled = pool.query("select pg_cancel_backend($1)", [pidOf(client)]).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code !== QUERY_CANCELED) throw error;
    return undefined;
  } finally {
    signal.removeEventListener("abort", cancel);
    await cancelled; // or it would meet what the connection does next
  }
}

const QUERY_CANCELED = "57014";
const pidOf = (client: pg.PoolClient): number => (client as unknown as { processID: number }).processID;
