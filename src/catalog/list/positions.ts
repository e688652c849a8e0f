// Counts the products of a list, and finds positions from which a client can start reading in the middle of the list. Counting takes
// bounded time. Positions are exact if few products match, and otherwise come from a random sample. List requests do not wait for this
// work.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { raw, sql, statement, type Sql } from "../../db/sql.ts";
import { SORT_KEYS, type Order, type PagePosition } from "../query/order.ts";
import { parseFilter, type ParsedFilter } from "../query/parse-filter.ts";
import { readTermStats, type TermCondition } from "../search/query/term-conditions.ts";
import { readBacklog } from "../search/pending/read-backlog.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";

export interface PositionsRequest {
  filter: ProductFilter;
  order: Order;
  /** Maximum number of positions to return. */
  limit: number;
}

export interface Positions {
  total: { value: number; relation: "eq" | "estimate" };
  /** Positions spread evenly over the list, in list order. */
  positions: {
    /** Estimated number of products before the position. */
    row: number;
    /** The sort value at the position. If the list is sorted by SKU, this is the SKU in its original spelling. */
    value: string;
    position: PagePosition;
  }[];
}

/** Number of products in the sample. A position that is estimated from 30,000 products is wrong by about 1 % of the list. Smaller
 * catalogues are counted exactly. */
const SAMPLE_SIZE = 30_000;
/** After this time, counting stops and the total is estimated from the sample. */
const COUNT_MS = 4000;
/** The index is used if at most this many products have the search's rarest term. For more products, scanning the whole table is as
 * quick. */
const MAX_CANDIDATES = 200_000;

/** @param signal aborts when the client disconnects; the count then stops */
export async function readPositions(
  pool: pg.Pool,
  { filter: given, order, limit }: PositionsRequest,
  signal: AbortSignal,
  countMs = COUNT_MS,
): Promise<Positions> {
  const filter = parseFilter(given);
  const request: ParsedRequest = { filter, order, limit };
  const { sample, total } = await withSnapshot(pool, async (db) => {
    const { products, pending } = await readBacklog(db);
    if (products <= SAMPLE_SIZE) return exactly(await samplePositions(db, request, ALL_PRODUCTS));
    const share = SAMPLE_SIZE / products;
    const sampled = await samplePositions(db, request, sql`products p tablesample system (${share * 100}::float4)`);
    if (filter.matches_all) return { sample: sampled, total: { value: products, relation: "eq" as const } };
    // The index is complete only if no changes are pending.
    const source = pending > 0 ? ALL_PRODUCTS : sourceOf((await readTermStats(db, filter))[0]);
    const counted = await untilAborted(pool, db, signal, () => countMatching(db, request, source, countMs));
    if (typeof counted === "object") return exactly(counted);
    const value = counted ?? Math.round(sampled.matching / share);
    const relation: "eq" | "estimate" = counted === undefined ? "estimate" : "eq";
    return { sample: sampled, total: { value, relation } };
  });
  return {
    total,
    positions: sample.positions.map(({ before, sku, ...position }) => ({
      row: Math.round((before / Math.max(sample.matching, 1)) * total.value),
      value: order.field === "sku" ? sku : position.sort_value,
      position: { ...position, is_before: true, seen: null },
    })),
  };
}

interface ParsedRequest extends Omit<PositionsRequest, "filter"> {
  filter: ParsedFilter;
}

const exactly = (sample: Sample) => ({ sample, total: { value: sample.matching, relation: "eq" as const } });

/** The SQL source of all products. A source follows the keyword `from` and uses the alias `p` for the products. */
const ALL_PRODUCTS = raw("products p");

const sourceOf = (rarest: TermCondition | undefined): Sql =>
  rarest === undefined || rarest.products > MAX_CANDIDATES
    ? ALL_PRODUCTS
    : sql`(select p.* from product_search s join products p on p.sku_key = s.sku_key and p.id = s.id and p.version = s.version
           where s.terms && ${rarest.any_of}::int[]) p`;

interface Sample {
  matching: number;
  /** `before` is the number of matching products before the position. */
  positions: { before: number; sku: string; sort_value: string; sku_key: string }[];
}

/** Counts the products of `source` that match the filter, and selects evenly spaced positions among these products. */
async function samplePositions(
  db: pg.ClientBase,
  { filter, order, limit }: ParsedRequest,
  source: Sql,
): Promise<Sample> {
  const direction = raw(order.descending ? "desc" : "asc");
  const { rows } = await db.query<{ matching: number } & (Sample["positions"][number] | { before: null })>(
    statement`with found as materialized (
       select ${raw(SORT_KEYS[order.field].sql)} as sort_value, p.sku_key, p.sku from ${source} where ${filter.where}
     ), numbered as (
       select found.*, row_number() over (order by sort_value ${direction}, sku_key ${direction}) - 1 as before,
              count(*) over () as matching from found
     )
     select (select count(*) from found) as matching, n.before, n.sort_value, n.sku_key, n.sku
     from (select 1) one left join numbered n on n.before % ceil(n.matching / ${limit}::float8)::bigint = 0 order by n.before`,
  );
  const positions = rows.flatMap((row) =>
    row.before === null ? [] : [{ before: row.before, sku: row.sku, sort_value: row.sort_value, sku_key: row.sku_key }],
  );
  return { matching: rows[0]?.matching ?? 0, positions };
}

/** Counts the matching products. If few match, returns exact positions instead of the count, because a sample of the table would contain
 * too few of these products. A statement that is cancelled aborts the transaction, so no other statements may follow in it. */
async function countMatching(
  db: pg.ClientBase,
  request: ParsedRequest,
  source: Sql,
  countMs: number,
): Promise<number | Sample> {
  // Use only one CPU core: the count is not urgent, because lists do not wait for it.
  await db.query(`set local statement_timeout = ${countMs}; set local max_parallel_workers_per_gather = 0;
                  set local enable_seqscan = ${source === ALL_PRODUCTS ? "on" : "off"}`);
  const { rows } = await db.query<{ count: number }>(
    statement`select count(*) as count from ${source} where ${request.filter.where}`,
  );
  const counted = rows[0]?.count ?? 0;
  return counted > SAMPLE_SIZE ? counted : samplePositions(db, request, source);
}

/** Runs `work`, and cancels its statement when the signal aborts.
 * @returns undefined if the statement timed out or the client disconnected */
async function untilAborted<T>(
  pool: pg.Pool,
  client: pg.PoolClient,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let cancelled: Promise<unknown> | undefined;
  const cancel = (): void => {
    // The cancellation needs a connection of its own. Do not wait until one is free, because running counts may hold all connections. If
    // the query is not cancelled here, its time limit ends it.
    if (!hasFreeConnection(pool)) return;
    cancelled = pool.query("select pg_cancel_backend($1::integer)", [pidOf(client)]).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code !== QUERY_CANCELED) throw error;
    return undefined;
  } finally {
    signal.removeEventListener("abort", cancel);
    // Wait for the cancellation. If it arrived late, it could cancel the next statement of this connection.
    await cancelled;
  }
}

const hasFreeConnection = ({ waitingCount, idleCount, totalCount, options }: pg.Pool): boolean =>
  waitingCount === 0 && (idleCount > 0 || totalCount < options.max);

const QUERY_CANCELED = "57014";
const pidOf = (client: pg.PoolClient): number => (client as unknown as { processID: number }).processID;
