// The products that the index has not reached, read directly.
import type { Queryable } from "../../../db/connection/connect.ts";
import { compileFilter } from "../../query/filter.ts";
import { SORT_KEYS } from "../../query/order.ts";
import { LISTED } from "../../store.ts";
import { behind, type Query, type Row } from "../query/read-index.ts";

export interface Backlog {
  /** Products that there are now. */
  products: number;
  /** Changes that the index has not reached. */
  behind: number;
  /** Whether all that the index has reached is sorted into it. */
  is_settled: boolean;
  entries: BacklogPart[];
}

export interface BacklogPart {
  id: number;
  id_from: number | null;
  id_to: number | null;
  has_keys: boolean;
  rows: number;
}

export interface BacklogRow {
  products: number;
  is_settled: boolean;
  behind: number | null;
  ids: number[] | null;
  starts: (number | null)[] | null;
  ends: (number | null)[] | null;
  have_keys: boolean[] | null;
  counts: number[] | null;
}

export const SELECT_BACKLOG = `select s.products + coalesce(b.delta, 0) as products, s.is_settled,
    b.behind, b.ids, b.starts, b.ends, b.have_keys, b.counts
  from search_state s,
       (select sum(delta)::bigint as delta, sum(rows)::bigint as behind, array_agg(id order by id) as ids,
               array_agg(id_from order by id) as starts, array_agg(id_to order by id) as ends,
               array_agg(keys is not null order by id) as have_keys, array_agg(rows order by id) as counts from search_backlog) b`;

export async function readBacklog(db: Queryable): Promise<Backlog> {
  return backlogOf((await db.query<BacklogRow>(SELECT_BACKLOG)).rows[0]);
}

/** Of what SELECT_BACKLOG gives. */
export function backlogOf(row: BacklogRow | undefined): Backlog {
  const { products = 0, behind = 0, is_settled = false, ids, starts, ends, have_keys, counts } = row ?? {};
  return {
    products: Math.max(products, 0),
    behind: behind ?? 0,
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

/** The first products of the backlog's entries that the filter means. */
export async function readUnreached(
  db: Queryable,
  { filter, order, after, limit }: Query,
  entries: Backlog["entries"],
): Promise<Row[]> {
  const ranges = joinRanges(entries);
  const keys = await readKeys(db, entries);
  const { where, values } = compileFilter(filter, [
    limit,
    ranges.map(({ from }) => from),
    ranges.map(({ to }) => to),
    keys,
  ]);
  const put = (value: unknown): string => `$${String(values.push(value))}`;
  const key = SORT_KEYS[order.field].sql;
  const direction = order.descending ? "desc" : "asc";
  const place = after === undefined ? "true" : behind(order, key, after, put);
  const { rows } = await db.query<Row>(
    `select p.sku_key, p.key as sort_value, ${LISTED}
     from (select p.*, ${key} as key from unnest($2::bigint[], $3::bigint[]) r (id_from, id_to)
           join products p on p.id between r.id_from and r.id_to
           union all
           select p.*, ${key} as key from unnest($4::text[]) k (sku_key) join products p on p.sku_key = k.sku_key
           where not exists (select from unnest($2::bigint[], $3::bigint[]) r (id_from, id_to) where p.id between r.id_from and r.id_to)
          ) p
     where ${where} and ${place.replaceAll(key, "p.key")} order by p.key ${direction}, p.sku_key ${direction} limit $1`,
    values,
  );
  return rows;
}

/** The entries' ranges of ids as few that do not overlap: no product may come twice. */
function joinRanges(entries: Backlog["entries"]): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { id_from, id_to } of [...entries].sort((a, b) => (a.id_from ?? 0) - (b.id_from ?? 0))) {
    if (id_from === null || id_to === null) continue;
    const last = joined.at(-1);
    if (last !== undefined && id_from <= last.to + 1) last.to = Math.max(last.to, id_to);
    else joined.push({ from: id_from, to: id_to });
  }
  return joined;
}

/** Keys of changed products, each once. */
async function readKeys(db: Queryable, entries: Backlog["entries"]): Promise<string[]> {
  const { rows } = await db.query<{ keys: string[] }>(
    "select keys from search_backlog where keys is not null and id = any($1::bigint[])",
    [entries.map(({ id }) => id)],
  );
  return [...new Set(rows.flatMap(({ keys }) => keys))];
}

/** How far the index is behind: in changed products, and in seconds since the oldest of these changes. */
export async function readBacklogSize(db: Queryable): Promise<{ behind: number; seconds: number }> {
  const { rows } = await db.query<{ behind: number; seconds: number }>(
    `select coalesce(sum(rows), 0)::bigint as behind,
            greatest(coalesce(extract(epoch from clock_timestamp() - min(at)), 0), 0)::float as seconds from search_backlog`,
  );
  return rows[0] ?? { behind: 0, seconds: 0 };
}
