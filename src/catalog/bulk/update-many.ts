// Sets the same values on many products, or deletes many products, inside the caller's transaction. Products that already have the values
// are not written. `setValues` locks nothing between reading and writing; merge.ts explains why.
import type pg from "pg";
import { noteChanged } from "../backlog.ts";
import { applyStagedChanges, type MergeColumns, type Stage } from "./merge.ts";
import { join, raw, sql, statement } from "../../db/sql.ts";
import type { BinaryArray } from "../../db/binary/binary-array.ts";
import {
  columnList,
  kindOf,
  SETTABLE_FIELDS,
  SQL_TYPES,
  STORED_COLUMNS,
  type SettableField,
} from "../product/column-lists.ts";
import type { AttributeValue } from "../../../contract/catalog/attribute-value.ts";
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";

/** The values to set. If a field is absent, products keep its value. If an attribute is null, it is removed. */
export type NewValues = { [Field in SettableField]?: ProductValues[Field] | undefined } & {
  attributes?: Record<string, AttributeValue | null> | undefined;
};

/** Products, identified by their keys. */
export interface KeyedProducts {
  keys: BinaryArray;
  /** Storage locations (tid[]) of the products when they were selected; null if unknown. */
  tids: BinaryArray | null;
  count: number;
}

/** Sets the values on the products with these keys. Keys without a product are ignored.
 * @throws ConcurrentChange if another writer changes one of the products between the read and the write */
export async function setValues(
  db: pg.ClientBase,
  keys: BinaryArray,
  set: NewValues,
  stage: Stage,
): Promise<{ updated: number; unchanged: number }> {
  const names = Object.keys(set.attributes ?? {});
  const columns: MergeColumns = {
    fields: SETTABLE_FIELDS.filter((field) => set[field] !== undefined),
    attributes: names.length === 0 ? null : names,
    null_removes: false,
  };
  const updated = await stageValues(db, keys, set, columns, stage);
  if (updated > 0) await applyStagedChanges(db, columns, stage, updated);
  // Count after the write: the changed rows are locked now, so no other writer can delete them.
  return { updated, unchanged: (await countProducts(db, keys)) - updated };
}

/** Inserts the products whose values would change into the staging table, and returns their number. */
async function stageValues(
  db: pg.ClientBase,
  keys: BinaryArray,
  set: NewValues,
  { fields, attributes: names }: MergeColumns,
  { changeset_id, part }: Stage,
): Promise<number> {
  // `fromEntries` keeps an attribute named __proto__; an assignment would not.
  const attributes = Object.fromEntries(Object.entries(set.attributes ?? {}).filter(([, value]) => value !== null));
  const changed = sql`${JSON.stringify(attributes)}::jsonb`;
  const values = fields.map((field) => sql`${set[field]}::${raw(SQL_TYPES[kindOf(field)])}`);
  const differs = [
    ...fields.map((field, i) => sql`${raw(`p.${field}`)} is distinct from ${values[i]}`),
    sql`p.attributes <> (p.attributes - ${names ?? []}::text[]) || ${changed}`,
  ];
  const columns = columnList(["sku_key", "changeset_id", "part", "version", "sku", "attributes", ...fields]);
  const selected = [sql`p.sku_key, ${changeset_id}::bigint, ${part}::integer, p.version, p.sku`, changed, ...values];
  const { rowCount } = await db.query(
    statement`insert into product_staging (${raw(columns)}) select ${join(selected, ", ")}
     from unnest(${keys}::text[]) k (sku_key) join products p on p.sku_key = k.sku_key
     where ${join(differs, " or ")}`,
  );
  return rowCount ?? 0;
}

async function countProducts(db: pg.ClientBase, keys: BinaryArray): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*) as count from unnest($1::text[]) k (sku_key) join products p on p.sku_key = k.sku_key",
    [keys],
  );
  return rows[0]?.count ?? 0;
}

/** Deletes and archives the products in one statement, so that no other writer can change them in between. Returns the number of deleted
 * products. This statement writes products before the history. All other writers write the history first, so this statement can deadlock
 * with another writer (error 40P01). */
export async function deleteProducts(
  db: pg.ClientBase,
  { keys, tids, count }: KeyedProducts,
  stage: Stage,
): Promise<number> {
  let deleted = tids === null ? 0 : await deleteAndArchive(db, keys, tids, stage);
  // An update may have moved some products to another tid since the selection, so find the remaining products by key.
  if (deleted < count) deleted += await deleteAndArchive(db, keys, null, stage);
  return deleted;
}

async function deleteAndArchive(
  db: pg.ClientBase,
  keys: BinaryArray,
  tids: BinaryArray | null,
  { changeset_id, now }: Stage,
): Promise<number> {
  const { rows } = await db.query<{ count: number; keys: BinaryArray | null }>(
    `with deleted as (
       delete from products p using unnest($1::text[], $2::tid[]) i (sku_key, tid)
       where p.sku_key = i.sku_key ${tids === null ? "" : "and p.ctid = i.tid"} returning p.*
     ), archived as (
       insert into product_history (${columnList(STORED_COLUMNS)}, replaced_in, replaced_at, deleted)
       select ${columnList(STORED_COLUMNS)}, $3::bigint, $4::timestamptz, true
       from deleted returning sku_key
     )
     select count(*) as count, array_send(array_agg(sku_key)) as keys from archived`,
    [keys, tids, changeset_id, now],
  );
  const { count = 0, keys: deletedKeys = null } = rows[0] ?? {};
  if (deletedKeys !== null) await noteChanged(db, { changeset_id, keys: deletedKeys, rows: count, delta: -count });
  return count;
}
