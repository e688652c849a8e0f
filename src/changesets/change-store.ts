// The SQL of a changeset's changes: the products it created, in the order of their ids, and the versions it ended, in the order of its
// chunks.
import type pg from "pg";
import { withTransaction, type Queryable } from "../db/connection/connect.ts";
import { allOf, raw, sql, statement, type Sql } from "../db/sql.ts";
import { PAST, type Version, type VersionKey } from "../catalog/history/version-store.ts";
import type { ProductChange } from "../../contract/changesets/changesets.ts";

/** A range of keys. It includes `from` and excludes `to`. */
export interface KeyRange {
  from: string;
  to: string;
}

export interface IdRange {
  first: number;
  last: number;
}

/** Lists products that were created with ids from `first` to `last`, each with its current key or, if the product was deleted, its last
 * key. */
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
        where deleted and id between $1 and $2 ${inKeys} order by id, version desc limit $3)) created
     order by id, version desc limit $3`,
    values,
  );
  return rows;
}

/** Lists the versions of these products that were ended by a rename to one of the given keys. */
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

/** The keyset position of a version in the list of versions that a changeset ended. */
export interface Position {
  at: string;
  sku_key: string;
  id: number;
}

export interface EndedFilter {
  changeset_id: number;
  change: ProductChange["change"] | undefined;
  keys: KeyRange | undefined;
  after: Position | undefined;
  /** Only versions that ended before this time. */
  until: string | undefined;
}

const CHANGES: Record<ProductChange["change"], Sql> = {
  created: sql`was_deleted`,
  updated: sql`not was_deleted and not deleted`,
  deleted: sql`deleted`,
};

/** Lists the versions that the changeset ended, chunk by chunk, in key order within a chunk. */
export async function listEnded(pool: pg.Pool, filter: EndedFilter, limit: number): Promise<Ended[]> {
  const { changeset_id, change, keys, after, until } = filter;
  const conditions = [sql`replaced_in = ${changeset_id}`];
  if (change !== undefined) conditions.push(CHANGES[change]);
  if (keys !== undefined) conditions.push(sql`sku_key >= ${keys.from} and sku_key < ${keys.to}`);
  if (until !== undefined) conditions.push(sql`replaced_at < ${until}`);
  if (after !== undefined) {
    const at = sql`${after.at}::timestamptz`;
    // The next condition implies this one, but PostgreSQL uses the block range index only for this one.
    conditions.push(sql`replaced_at >= ${at}`);
    conditions.push(sql`(replaced_at, sku_key, id) > (${at}, ${after.sku_key}, ${after.id}::bigint)`);
  }
  return withTransaction(pool, async (client) => {
    // Prevent a sequential scan. Until the table has been analyzed, the planner would prefer one to the block range index and read the
    // whole history.
    await client.query("set local enable_seqscan = off; set local max_parallel_workers_per_gather = 0");
    const { rows } = await client.query<Ended>(
      statement`select ${raw(PAST)} from product_history
       where ${allOf(conditions)} order by replaced_at, sku_key, id limit ${limit}`,
    );
    return rows;
  });
}
