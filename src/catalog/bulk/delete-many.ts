// Deletes many products inside the caller's transaction. The caller has read the products before.
import type pg from "pg";
import { noteChanged } from "../backlog.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { deleteProducts, type WriteStamp } from "./restore-many.ts";

/** A product to delete, and the version that the caller has read. */
export interface ReadProduct {
  sku_key: string;
  id: number;
  version: number;
}

/** Reads the products with these keys. Keys without a product are ignored. */
export async function readProducts(db: Queryable, keys: readonly string[]): Promise<ReadProduct[]> {
  const { rows } = await db.query<ReadProduct>(
    `select p.sku_key, p.id, p.version from unnest($1::text[]) i (sku_key) join products p on p.sku_key = i.sku_key
     order by p.sku_key`,
    [keys],
  );
  return rows;
}

/** Deletes the products, and adds the deletions to the backlog of the search index.
 * @throws ConcurrentChange if another writer has changed or deleted one of the products */
export async function deleteRead(
  db: pg.ClientBase,
  products: readonly ReadProduct[],
  stamp: WriteStamp,
): Promise<void> {
  const count = products.length;
  if (count === 0) return;
  const keys = products.map(({ sku_key }) => sku_key);
  const live = {
    count,
    keys,
    ids: products.map(({ id }) => id),
    live_versions: products.map(({ version }) => version),
    live_tids: null,
    renamed_to: null,
  };
  await deleteProducts(db, live, stamp);
  await noteChanged(db, { changeset_id: stamp.changeset_id, keys, rows: count, delta: -count });
}
