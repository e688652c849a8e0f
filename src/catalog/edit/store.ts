// The SQL that edits one product. Every write of an existing product has the condition that the product still has the version that was
// read. If such a write affects no row, another writer was faster. The history is written before the product, as in merge.ts, so that two
// writers always lock rows in the same order.
import type { Queryable } from "../../db/connection/connect.ts";
import { join, parameter, raw, sql, statement } from "../../db/sql.ts";
import { columnList, STORED_COLUMNS, VALUE_COLUMNS } from "../product/column-lists.ts";
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";

export interface StoredVersion {
  sku_key: string;
  id: number;
  version: number;
}

/** The changeset that a write belongs to, and the time of the change. */
export interface Stamp {
  changeset_id: number;
  now: string;
}

/** Returns the values of a product as SQL parameters, in the order of VALUE_COLUMNS. */
const parametersOf = (values: ProductValues): unknown[] =>
  VALUE_COLUMNS.map((column) => (column === "attributes" ? JSON.stringify(values.attributes) : values[column]));

/** Inserts a new product with the given id.
 * @returns false if another product has the key */
export const insertProduct = (
  db: Queryable,
  skuKey: string,
  id: number,
  values: ProductValues,
  stamp: Stamp,
): Promise<boolean> => {
  const created = { id, version: 1, created_in: stamp.changeset_id, created_at: stamp.now };
  return insertVersion(db, skuKey, created, values, stamp);
};

/** Inserts a renamed product under its new key. The caller has already deleted the product under its old key.
 * @returns false if another product has the new key */
export const insertRenamed = (
  db: Queryable,
  skuKey: string,
  renamed: Identity,
  values: ProductValues,
  stamp: Stamp,
): Promise<boolean> => insertVersion(db, skuKey, { ...renamed, version: renamed.version + 1 }, values, stamp);

interface Identity {
  id: number;
  version: number;
  created_in: number;
  created_at: string;
}

async function insertVersion(
  db: Queryable,
  skuKey: string,
  { id, version, created_in, created_at }: Identity,
  values: ProductValues,
  { changeset_id, now }: Stamp,
): Promise<boolean> {
  const columns = [
    "sku_key",
    "id",
    "version",
    "created_in",
    "created_at",
    "changed_in",
    "updated_at",
    ...VALUE_COLUMNS,
  ];
  const parameters = [skuKey, id, version, created_in, created_at, changeset_id, now, ...parametersOf(values)];
  const { rowCount } = await db.query(
    statement`insert into products (${raw(columnList(columns))}) values (${join(parameters.map(parameter), ", ")})
     on conflict (sku_key) do nothing`,
  );
  return rowCount === 1;
}

/** Copies a product's current version to the history and records that this changeset ended the version.
 * @returns false if the product no longer has this version */
export async function archiveVersion(
  db: Queryable,
  { sku_key, id, version }: StoredVersion,
  { changeset_id, now }: Stamp,
  end: { deleted?: boolean; renamed_to?: string } = {},
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into product_history (${columnList(STORED_COLUMNS)}, replaced_in, replaced_at, deleted, renamed_to)
     select ${columnList(STORED_COLUMNS)}, $4::bigint, $5::timestamptz, $6::boolean, $7::text
     from products where sku_key = $1 and id = $2 and version = $3`,
    [sku_key, id, version, changeset_id, now, end.deleted ?? false, end.renamed_to ?? null],
  );
  return rowCount === 1;
}

/** @returns false if the product no longer has this version */
export async function updateProduct(
  db: Queryable,
  { sku_key, id, version }: StoredVersion,
  values: ProductValues,
  { changeset_id, now }: Stamp,
): Promise<boolean> {
  const parameters = parametersOf(values);
  const sets = VALUE_COLUMNS.map((column, i) => sql`${raw(column)} = ${parameters[i]}`);
  const { rowCount } = await db.query(
    statement`update products
     set ${join(sets, ", ")}, version = version + 1, changed_in = ${changeset_id}, source_line = null, updated_at = ${now}
     where sku_key = ${sku_key} and id = ${id} and version = ${version}`,
  );
  return rowCount === 1;
}

/** @returns false if the product no longer has this version */
export async function deleteProduct(db: Queryable, { sku_key, id, version }: StoredVersion): Promise<boolean> {
  const { rowCount } = await db.query("delete from products where sku_key = $1 and id = $2 and version = $3", [
    sku_key,
    id,
    version,
  ]);
  return rowCount === 1;
}
