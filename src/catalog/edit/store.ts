// The SQL of changing one product. Every write names the version that was read; that it met nothing says that somebody was
// faster. The history comes first, as in merge.ts, so that two writers wait for each other in one order only.
import type { Queryable } from "../../db/connection/connect.ts";
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";

export interface StoredVersion {
  sku_key: string;
  id: number;
  version: number;
}

/** The changeset that a write belongs to, and its time. */
export interface Stamp {
  changeset_id: number;
  now: string;
}

/** @returns false when the key is taken */
export async function insertProduct(
  db: Queryable,
  skuKey: string,
  id: number,
  { sku, name, description, active, attributes }: ProductValues,
  { changeset_id, now }: Stamp,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into products (sku_key, id, sku, name, description, active, attributes, created_in, changed_in, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9) on conflict (sku_key) do nothing`,
    [skuKey, id, sku, name, description, active, JSON.stringify(attributes), changeset_id, now],
  );
  return rowCount === 1;
}

/** Keeps the version as the past one that the changeset ended.
 * @returns false when the product has another version by now */
export async function archiveVersion(
  db: Queryable,
  { sku_key, id, version }: StoredVersion,
  { changeset_id, now }: Stamp,
  end: { deleted?: boolean; renamed_to?: string } = {},
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into product_history (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                                  source_line, created_at, updated_at, replaced_in, replaced_at, deleted, renamed_to)
     select sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
            source_line, created_at, updated_at, $4::bigint, $5::timestamptz, $6::boolean, $7::text
     from products where sku_key = $1 and id = $2 and version = $3`,
    [sku_key, id, version, changeset_id, now, end.deleted ?? false, end.renamed_to ?? null],
  );
  return rowCount === 1;
}

/** @returns false when the product has another version by now */
export async function updateProduct(
  db: Queryable,
  { sku_key, id, version }: StoredVersion,
  { sku, name, description, active, attributes }: ProductValues,
  { changeset_id, now }: Stamp,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update products set sku = $4, name = $5, description = $6, active = $7, attributes = $8, version = version + 1,
            changed_in = $9, source_line = null, updated_at = $10
     where sku_key = $1 and id = $2 and version = $3`,
    [sku_key, id, version, sku, name, description, active, JSON.stringify(attributes), changeset_id, now],
  );
  return rowCount === 1;
}

/** @returns false when the product has another version by now */
export async function deleteProduct(db: Queryable, { sku_key, id, version }: StoredVersion): Promise<boolean> {
  const { rowCount } = await db.query("delete from products where sku_key = $1 and id = $2 and version = $3", [
    sku_key,
    id,
    version,
  ]);
  return rowCount === 1;
}

/** Puts the product, taken away under its old key, under a new one.
 * @returns false when the key is taken */
export async function insertRenamed(
  db: Queryable,
  skuKey: string,
  { id, version, created_in, created_at }: { id: number; version: number; created_in: number; created_at: string },
  { sku, name, description, active, attributes }: ProductValues,
  { changeset_id, now }: Stamp,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into products (sku_key, id, sku, name, description, active, attributes, version, created_in, changed_in,
                           created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (sku_key) do nothing`,
    [
      ...[skuKey, id, sku, name, description, active, JSON.stringify(attributes)],
      ...[version + 1, created_in, changeset_id, created_at, now],
    ],
  );
  return rowCount === 1;
}
