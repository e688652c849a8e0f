// The backlog of the search index: every transaction records the products that it changed, so that a search also finds changes that the
// index does not contain yet.
import type { BinaryArray } from "../db/binary/binary-array.ts";
import type { Queryable } from "../db/connection/connect.ts";

/** The products that one transaction changed: created products have ids from `id_from` to `id_to`; `keys` are the keys of products that
 * were changed, renamed or deleted. */
export interface ChangedProducts {
  changeset_id: number;
  id_from?: number;
  id_to?: number;
  keys?: readonly string[] | BinaryArray;
  /** Number of products that were changed. A renamed product counts twice: once for each key. */
  rows: number;
  /** Change in the total number of products: the number of created products minus the number of deleted ones. The size of the catalogue is
   * `search_state.products` plus the sum of `delta` over the backlog, so no list has to count products. */
  delta: number;
}

export async function noteChanged(db: Queryable, changed: ChangedProducts): Promise<void> {
  const { changeset_id, id_from = null, id_to = null, keys = null, rows, delta } = changed;
  await db.query(
    "insert into search_backlog (changeset_id, id_from, id_to, keys, rows, delta) values ($1, $2, $3, $4, $5, $6)",
    [changeset_id, id_from, id_to, keys, rows, delta],
  );
}

/** Records the staged products of a changeset in the backlog. Call this before the staged rows are deleted. A single SQL statement copies
 * the keys, so they need not be sent to this process. */
export async function noteStaged(db: Queryable, changesetId: number, part: number): Promise<void> {
  await db.query(
    `insert into search_backlog (changeset_id, keys, rows)
     select $1::bigint, array_agg(s.sku_key), count(*) from product_staging s where s.changeset_id = $1 and s.part = $2`,
    [changesetId, part],
  );
}
