// Reads the products that a changeset changed, in key order and in constant memory. A reader that was interrupted can continue after any
// key.
import type pg from "pg";

export interface ChangedProduct {
  sku_key: string;
  id: number;
  sku: string;
  /** The version that the changeset created; for a deleted product, its last version. */
  version: number;
  change: "created" | "updated" | "deleted";
}

// Each changeset has a range of product ids. Products that the changeset created have ids in this range, even if they were deleted later.
// For every other change, the history contains the version that the changeset replaced.
const CHANGED = `
  select p.sku_key, p.id, p.sku, 1 as version, 'created' as change
  from products p where p.id >= $2::bigint and p.id < $3::bigint and p.created_in = $1::bigint and p.sku_key > $4::text
  union all
  select h.sku_key, h.id, h.sku, 1, 'created'
  from product_history h
  where h.deleted and h.id >= $2::bigint and h.id < $3::bigint and h.created_in = $1::bigint and h.sku_key > $4::text
  union all
  select h.sku_key, h.id, coalesce(p.sku, h.renamed_to, h.sku), case when h.deleted then h.version else h.version + 1 end,
         case when h.deleted then 'deleted' when h.was_deleted then 'created' else 'updated' end
  from product_history h left join products p on p.sku_key = h.sku_key and p.id = h.id
  where h.replaced_in = $1::bigint and h.sku_key > $4::text`;

/** Yields batches of up to `size` products with keys greater than `after`. All batches come from one snapshot, so `client` has an open
 * transaction until the generator ends. */
export async function* changedProducts(
  client: pg.ClientBase,
  changesetId: number,
  after: string,
  size: number,
): AsyncGenerator<ChangedProduct[]> {
  const { rows } = await client.query<{ base: number; end: number }>(
    "select coalesce(id_base, 0) as base, coalesce(id_base, 0) + id_count as end from changesets where id = $1",
    [changesetId],
  );
  const [range] = rows;
  if (range === undefined) return;
  await client.query("begin transaction isolation level repeatable read read only");
  try {
    await client.query(
      `declare changed no scroll cursor for
       select distinct on (sku_key, id) sku_key, id, sku, version, change from (${CHANGED}) changed order by sku_key, id`,
      [changesetId, range.base, range.end, after],
    );
    for (;;) {
      const page = await client.query<ChangedProduct>(`fetch ${String(size)} from changed`);
      if (page.rows.length > 0) yield page.rows;
      if (page.rows.length < size) return;
    }
  } finally {
    await client.query("rollback");
  }
}
