// How many products a list has and where its middle can be entered: counted in bounded time, positions from a random sample.
// The list itself never waits for this.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { compileFilter } from "../query/filter.ts";
import { SORT_KEYS, type Order, type Position } from "../query/order.ts";
import { isAll } from "../search/query/execute.ts";
import { readConditions, type TermCondition } from "../search/query/term-conditions.ts";
import { readBacklog } from "../search/pending/read-backlog.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";

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
const MAX_CANDIDATES = 200_000;

/** @param signal of who asked: counting ends when he leaves */
export async function readPositions(
  pool: pg.Pool,
  request: PositionsRequest,
  signal: AbortSignal,
  countMs = COUNT_MS,
): Promise<Positions> {
  const { filter, order } = request;
  const { found, total } = await withSnapshot(pool, async (db) => {
    const { products, behind } = await readBacklog(db);
    if (products <= SAMPLE) return exactly(await readPlaces(db, request, ALL));
    const share = SAMPLE / products;
    const sampled = await readPlaces(db, request, {
      sql: "products p tablesample system ($2::float4)",
      values: [share * 100],
    });
    if (isAll(filter)) return { found: sampled, total: { value: products, relation: "eq" as const } };
    // What the index has not reached it cannot count.
    const source = behind > 0 ? ALL : sourceOf((await readConditions(db, filter))[0]);
    const counted = await untilAborted(pool, db, signal, () => countAndPlace(db, request, source, countMs));
    if (typeof counted === "object") return exactly(counted);
    const value = counted ?? Math.round(sampled.matching / share);
    return {
      found: sampled,
      total: { value, relation: counted === undefined ? ("estimate" as const) : ("eq" as const) },
    };
  });
  return {
    total,
    positions: found.places.map(({ before, sku, ...place }) => ({
      row: Math.round((before / Math.max(found.matching, 1)) * total.value),
      value: order.field === "sku" ? sku : place.sort_value,
      place: { ...place, is_before: true, seen: null },
    })),
  };
}

const exactly = (found: Places) => ({ found, total: { value: found.matching, relation: "eq" as const } });

/** What products are read from, as `p`; its values are `$2` and so on. */
interface Source {
  sql: string;
  values: unknown[];
}

const ALL: Source = { sql: "products p", values: [] };

const sourceOf = (rarest: TermCondition | undefined): Source =>
  rarest === undefined || rarest.products > MAX_CANDIDATES
    ? ALL
    : {
        sql: `(select p.* from product_search s join products p on p.sku_key = s.sku_key and p.id = s.id and p.version = s.version
               where s.terms && $2::int[]) p`,
        values: [rarest.any_of],
      };

interface Places {
  matching: number;
  places: { before: number; sku: string; sort_value: string; sku_key: string }[];
}

/** The places of every so many of those that match, and how many do. */
async function readPlaces(
  db: pg.ClientBase,
  { filter, order, limit }: PositionsRequest,
  source: Source,
): Promise<Places> {
  const { where, values } = compileFilter(filter, [limit, ...source.values]);
  const direction = order.descending ? "desc" : "asc";
  const { rows } = await db.query<{ matching: number } & (Places["places"][number] | { before: null })>(
    `with found as materialized (
       select ${SORT_KEYS[order.field].sql} as sort_value, p.sku_key, p.sku from ${source.sql} where ${where}
     ), numbered as (
       select found.*, row_number() over (order by sort_value ${direction}, sku_key ${direction}) - 1 as before,
              count(*) over () as matching from found
     )
     select (select count(*) from found) as matching, n.before, n.sort_value, n.sku_key, n.sku
     from (select) one left join numbered n on n.before % ceil(n.matching / $1::float8)::bigint = 0 order by n.before`,
    values,
  );
  const places = rows.flatMap((row) =>
    row.before === null ? [] : [{ before: row.before, sku: row.sku, sort_value: row.sort_value, sku_key: row.sku_key }],
  );
  return { matching: rows[0]?.matching ?? 0, places };
}

/** How many match, and where they are when they are few: a sample of the table has too few of them. It is the last thing that
 * its transaction does, and may be cancelled. */
async function countAndPlace(
  db: pg.ClientBase,
  request: PositionsRequest,
  source: Source,
  countMs: number,
): Promise<number | Places> {
  // One core is enough for what nobody waits for.
  await db.query(`set local statement_timeout = ${String(countMs)}; set local max_parallel_workers_per_gather = 0;
                  set local enable_seqscan = ${source === ALL ? "on" : "off"}`);
  const { where, values } = compileFilter(request.filter, source.values);
  const { rows } = await db.query<{ count: number }>(
    `select count(*) as count from ${source.sql.replaceAll("$2", "$1")} where ${where}`,
    values,
  );
  const counted = rows[0]?.count ?? 0;
  return counted > SAMPLE ? counted : readPlaces(db, request, source);
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
    // Those who would cancel must not wait for the connections of each other; the count is bounded anyway.
    if (!hasRoom(pool)) return;
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

const hasRoom = ({ waitingCount, idleCount, totalCount, options }: pg.Pool): boolean =>
  waitingCount === 0 && (idleCount > 0 || totalCount < options.max);

const QUERY_CANCELED = "57014";
const pidOf = (client: pg.PoolClient): number => (client as unknown as { processID: number }).processID;
