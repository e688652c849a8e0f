// The search index's backlog: what a transaction changed, written by that transaction, so that a search knows what the index
// does not know yet.
import type { BinaryArray } from "../db/binary/binary-array.ts";
import type { Queryable } from "../db/connection/connect.ts";

/** Products created with ids of [id_from, id_to], and products (changed, renamed, deleted) with these keys. */
export interface ChangedProducts {
  changeset_id: number;
  id_from?: number;
  id_to?: number;
  keys?: readonly string[] | BinaryArray;
  /** How many products this is about. */
  rows: number;
  /** How many more products there are now: `rows` where they were created, -`rows` where they were deleted, 0 where they were
   * changed or renamed. The sum of these is the size of the catalogue, which nobody has to count. */
  delta: number;
}

export async function noteChanged(db: Queryable, changed: ChangedProducts): Promise<void> {
  const { changeset_id, id_from = null, id_to = null, keys = null, rows, delta } = changed;
  await db.query(
    "insert into search_backlog (changeset_id, id_from, id_to, keys, rows, delta) values ($1, $2, $3, $4, $5, $6)",
    [changeset_id, id_from, id_to, keys, rows, delta],
  );
}

/** The same for the products on the stage, before it is emptied: their keys stay in the database. */
export async function noteStaged(db: Queryable, changesetId: number, part: number): Promise<void> {
  await db.query(
    `insert into search_backlog (changeset_id, keys, rows)
     select $1::bigint, array_agg(s.sku_key), count(*) from product_staging s where s.changeset_id = $1 and s.part = $2`,
    [changesetId, part],
  );
}
