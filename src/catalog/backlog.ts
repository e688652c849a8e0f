// The search index's backlog: every transaction records the products it changed, so that a search also finds changes that the index does
// not contain yet.
import type { BinaryArray } from "../db/binary/binary-array.ts";
import type { Queryable } from "../db/connection/connect.ts";

/** Products created with ids of [id_from, id_to], and products with these keys that were changed, renamed or deleted. */
export interface ChangedProducts {
  changeset_id: number;
  id_from?: number;
  id_to?: number;
  keys?: readonly string[] | BinaryArray;
  /** Number of products. */
  rows: number;
  /** Change of the number of products: `rows` for created products, -`rows` for deleted ones, otherwise 0. The sum over the backlog and
   * the index is the size of the catalogue, so that no list has to count it. */
  delta: number;
}

export async function noteChanged(db: Queryable, changed: ChangedProducts): Promise<void> {
  const { changeset_id, id_from = null, id_to = null, keys = null, rows, delta } = changed;
  await db.query(
    "insert into search_backlog (changeset_id, id_from, id_to, keys, rows, delta) values ($1, $2, $3, $4, $5, $6)",
    [changeset_id, id_from, id_to, keys, rows, delta],
  );
}

/** Records the staged products, before their rows are deleted. Their keys stay in the database. */
export async function noteStaged(db: Queryable, changesetId: number, part: number): Promise<void> {
  await db.query(
    `insert into search_backlog (changeset_id, keys, rows)
     select $1::bigint, array_agg(s.sku_key), count(*) from product_staging s where s.changeset_id = $1 and s.part = $2`,
    [changesetId, part],
  );
}
