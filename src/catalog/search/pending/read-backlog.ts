// Reads pending products, which have changes that the search index has not processed yet. The backlog records them, and this module reads
// them directly from the table of products.
import type { Queryable } from "../../../db/connection/connect.ts";
import { parameter, raw, sql, statement } from "../../../db/sql.ts";
import { SORT_KEYS } from "../../query/order.ts";
import { LISTED } from "../../store.ts";
import { isAfter, type Query, type Row } from "../query/read-index.ts";

export interface Backlog {
  /** Number of products in the catalogue. */
  products: number;
  /** Number of changes that the index has not processed yet. */
  pending: number;
  /** Whether the pending lists of the GIN indexes are empty. */
  is_settled: boolean;
  entries: BacklogEntry[];
}

/** A backlog entry without its keys, which are read only if needed. */
export interface BacklogEntry {
  id: number;
  id_from: number | null;
  id_to: number | null;
  has_keys: boolean;
  rows: number;
}

export interface BacklogRow {
  products: number;
  is_settled: boolean;
  pending: number | null;
  ids: number[] | null;
  starts: (number | null)[] | null;
  ends: (number | null)[] | null;
  have_keys: boolean[] | null;
  counts: number[] | null;
}

export const SELECT_BACKLOG = `select s.products + coalesce(b.delta, 0) as products, s.is_settled,
    b.pending, b.ids, b.starts, b.ends, b.have_keys, b.counts
  from search_state s,
       (select sum(delta)::bigint as delta, sum(rows)::bigint as pending, array_agg(id order by id) as ids,
               array_agg(id_from order by id) as starts, array_agg(id_to order by id) as ends,
               array_agg(keys is not null order by id) as have_keys, array_agg(rows order by id) as counts from search_backlog) b`;

export async function readBacklog(db: Queryable): Promise<Backlog> {
  return backlogOf((await db.query<BacklogRow>(SELECT_BACKLOG)).rows[0]);
}

/** Converts the row that SELECT_BACKLOG returns. */
export function backlogOf(row: BacklogRow | undefined): Backlog {
  const { products = 0, pending = 0, is_settled = false, ids, starts, ends, have_keys, counts } = row ?? {};
  return {
    products: Math.max(products, 0),
    pending: pending ?? 0,
    is_settled,
    entries: (ids ?? []).map((id, i) => ({
      id,
      id_from: starts?.[i] ?? null,
      id_to: ends?.[i] ?? null,
      has_keys: have_keys?.[i] === true,
      rows: counts?.[i] ?? 0,
    })),
  };
}

/** Reads the matching products of the given backlog entries in list order, up to `limit` products. */
export async function readPending(
  db: Queryable,
  { filter, order, after, limit }: Query,
  entries: readonly BacklogEntry[],
): Promise<Row[]> {
  const ranges = joinRanges(entries);
  const keys = await readKeys(db, entries);
  const key = raw(SORT_KEYS[order.field].sql);
  const direction = raw(order.descending ? "desc" : "asc");
  const range = after === undefined ? raw("true") : isAfter(order, "p", raw("p.key"), after);
  const starts = parameter(ranges.map(({ from }) => from));
  const ends = parameter(ranges.map(({ to }) => to));
  const idRanges = sql`unnest(${starts}::bigint[], ${ends}::bigint[]) r (id_from, id_to)`;
  const { rows } = await db.query<Row>(
    statement`select p.sku_key, p.key as sort_value, ${raw(LISTED)}
     from (select p.*, ${key} as key from ${idRanges} join products p on p.id between r.id_from and r.id_to
           union all
           select p.*, ${key} as key from unnest(${keys}::text[]) k (sku_key) join products p on p.sku_key = k.sku_key
           where not exists (select 1 from ${idRanges} where p.id between r.id_from and r.id_to)
          ) p
     where ${filter.where} and ${range} order by p.key ${direction}, p.sku_key ${direction} limit ${limit}`,
  );
  return rows;
}

/** Merges the id ranges of backlog entries where they overlap, so that each product is read once. */
function joinRanges(entries: readonly BacklogEntry[]): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { id_from, id_to } of [...entries].sort((a, b) => (a.id_from ?? 0) - (b.id_from ?? 0))) {
    if (id_from === null || id_to === null) continue;
    const last = joined.at(-1);
    if (last !== undefined && id_from <= last.to + 1) last.to = Math.max(last.to, id_to);
    else joined.push({ from: id_from, to: id_to });
  }
  return joined;
}

/** Reads the keys of the products that these backlog entries list as changed, without duplicates. */
async function readKeys(db: Queryable, entries: readonly BacklogEntry[]): Promise<string[]> {
  const { rows } = await db.query<{ keys: string[] }>(
    "select keys from search_backlog where keys is not null and id = any($1::bigint[])",
    [entries.map(({ id }) => id)],
  );
  return [...new Set(rows.flatMap(({ keys }) => keys))];
}

/** Reads the lag of the index: the number of pending changes, and the age of the oldest change in seconds. */
export async function readBacklogSize(db: Queryable): Promise<{ pending: number; seconds: number }> {
  const { rows } = await db.query<{ pending: number; seconds: number }>(
    `select coalesce(sum(rows), 0)::bigint as pending,
            greatest(coalesce(extract(epoch from clock_timestamp() - min(at)), 0), 0)::float as seconds from search_backlog`,
  );
  return rows[0] ?? { pending: 0, seconds: 0 };
}
