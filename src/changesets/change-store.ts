// The SQL of what a changeset did: the products it created, by their ids, and the versions it ended, by the time of its chunks.
import type pg from "pg";
import { withTransaction, type Queryable } from "../db/connection/connect.ts";
import { PAST, type Version, type VersionKey } from "../catalog/history/version-store.ts";

/** Keys of `[from, to)`; undefined = all. */
export interface KeyRange {
  from: string;
  to: string;
}

export interface IdRange {
  first: number;
  last: number;
}

/** Ids of [first, last] that products were created with, and a key under which each is or was last. */
export async function listCreated(
  db: Queryable,
  { first, last }: IdRange,
  keys: KeyRange | undefined,
  limit: number,
): Promise<{ id: number; sku_key: string; version: number }[]> {
  const inKeys = keys === undefined ? "" : "and sku_key >= $4 and sku_key < $5";
  const values = [first, last, limit, ...(keys === undefined ? [] : [keys.from, keys.to])];
  const { rows } = await db.query<VersionKey>(
    `select distinct on (id) id, sku_key, version from (
       (select id, sku_key, version from products where id between $1 and $2 ${inKeys} order by id limit $3)
       union all
       (select distinct on (id) id, sku_key, version from product_history
        where deleted and id between $1 and $2 ${inKeys} order by id, version desc limit $3)) made
     order by id, version desc limit $3`,
    values,
  );
  return rows;
}

/** Which past version each product had under an earlier key, for those that were renamed. */
export async function listRenamed(
  db: Queryable,
  products: readonly VersionKey[],
): Promise<(VersionKey & { to: string })[]> {
  const { rows } = await db.query<VersionKey & { to: string }>(
    `select sku_key, id, version, renamed_to as to from product_history
     where renamed_to = any($1::text[]) and id = any($2::bigint[])`,
    [products.map(({ sku_key }) => sku_key), products.map(({ id }) => id)],
  );
  return rows;
}

export type Ended = Version & { replaced_in: number; replaced_at: string };

/** Where a page begins: behind this version, as listed. */
export interface Place {
  at: string;
  sku_key: string;
  id: number;
}

export interface EndedFilter {
  changeset_id: number;
  change: "created" | "updated" | "deleted" | undefined;
  keys: KeyRange | undefined;
  after: Place | undefined;
  /** Times of chunks before this one only; undefined = all. */
  until: string | undefined;
}

const CHANGE = {
  created: "and was_deleted",
  updated: "and not was_deleted and not deleted",
  deleted: "and deleted",
} as const;

/** Versions that the changeset ended, chunk by chunk, each in key order. */
export async function listEnded(pool: pg.Pool, filter: EndedFilter, limit: number): Promise<Ended[]> {
  const { changeset_id, change, keys, after, until } = filter;
  const values: unknown[] = [changeset_id, limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const wheres: string[] = [];
  if (keys !== undefined) wheres.push(`and sku_key >= ${bind(keys.from)} and sku_key < ${bind(keys.to)}`);
  if (until !== undefined) wheres.push(`and replaced_at < ${bind(until)}`);
  if (after !== undefined) {
    const at = bind(after.at);
    // Said twice: the first is for the block range index.
    wheres.push(`and replaced_at >= ${at}::timestamptz`);
    wheres.push(
      `and (replaced_at, sku_key, id) > (${at}::timestamptz, ${bind(after.sku_key)}, ${bind(after.id)}::bigint)`,
    );
  }
  return withTransaction(pool, async (client) => {
    // Until the table has been analyzed the planner takes the block range index for useless and reads all of the history.
    await client.query("set local enable_seqscan = off; set local max_parallel_workers_per_gather = 0");
    const { rows } = await client.query<Ended>(
      `select ${PAST} from product_history
       where replaced_in = $1 ${change === undefined ? "" : CHANGE[change]} ${wheres.join(" ")}
       order by replaced_at, sku_key, id limit $2`,
      values,
    );
    return rows;
  });
}
