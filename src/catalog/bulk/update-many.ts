// The same change for many products: set values or delete, inside the caller's transaction; products that are as they should
// be are not written. As in merge.ts nothing is locked between a look at values and their write: a count that differs means that
// somebody was faster, and the caller begins again. A deletion needs no look.
import type pg from "pg";
import { noteChanged } from "../backlog.ts";
import { applyStagedChanges } from "./merge.ts";
import type { BinaryArray } from "../../db/binary/binary-array.ts";

/** New values; what is not said stays. An attribute that is null is removed. */
export interface NewValues {
  name?: string | undefined;
  description?: string | undefined;
  active?: boolean | undefined;
  attributes?: Record<string, string | null> | undefined;
}

/** Who changes: `part` tells the parts of one changeset apart that are at work at the same time. */
export interface Stamp {
  changeset_id: number;
  part: number;
  now: string;
}

/** Products by their keys. */
export interface FoundProducts {
  keys: BinaryArray;
  /** Where they lay when they were selected; null = nobody said. */
  tids: BinaryArray | null;
  count: number;
}

/** Sets the values on the products with these keys; the rest of the keys are of no product, or of one that is unchanged.
 * @throws ConcurrentChange */
export async function setValues(
  db: pg.ClientBase,
  keys: BinaryArray,
  set: NewValues,
  { changeset_id, part, now }: Stamp,
): Promise<{ updated: number; unchanged: number }> {
  const { name = null, description = null, active = null, attributes } = set;
  const names = Object.keys(attributes ?? {});
  const values = Object.entries(attributes ?? {}).filter(([, value]) => value !== null);
  const { rowCount } = await db.query(
    `insert into product_staging (sku_key, changeset_id, part, version, sku, name, description, active, attributes)
     select p.sku_key, $2::bigint, $3::integer, p.version, p.sku, $4::text, $5::text, $6::boolean, $8::jsonb
     from unnest($1::text[]) k (sku_key) join products p on p.sku_key = k.sku_key
     where p.name <> $4::text or p.description <> $5::text or p.active <> $6::boolean
        or p.attributes <> (p.attributes - $7::text[]) || $8::jsonb`,
    // fromEntries, since an attribute may be called __proto__
    [keys, changeset_id, part, name, description, active, names, JSON.stringify(Object.fromEntries(values))],
  );
  const updated = rowCount ?? 0;
  if (updated > 0) {
    const columns = {
      name: name !== null,
      description: description !== null,
      active: active !== null,
      attributes: names,
    };
    await applyStagedChanges(db, columns, changeset_id, part, now, updated);
  }
  // Counted behind the writes: what was changed is locked and cannot go.
  return { updated, unchanged: (await countProducts(db, keys)) - updated };
}

async function countProducts(db: pg.ClientBase, keys: BinaryArray): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*) as count from unnest($1::text[]) k (sku_key) join products p on p.sku_key = k.sku_key",
    [keys],
  );
  return rows[0]?.count ?? 0;
}

/** Deletes the products, keeps what they were and says how many there were. What is taken is what is kept, in one statement, so
 * nobody can come between. Other writers lock the history first: with one of them this may end in a deadlock (40P01). */
export async function deleteProducts(
  db: pg.ClientBase,
  { keys, tids, count }: FoundProducts,
  stamp: Stamp,
): Promise<number> {
  let deleted = tids === null ? 0 : await deleteFound(db, keys, tids, stamp);
  // Those that have moved since.
  if (deleted < count) deleted += await deleteFound(db, keys, null, stamp);
  return deleted;
}

async function deleteFound(
  db: pg.ClientBase,
  keys: BinaryArray,
  tids: BinaryArray | null,
  { changeset_id, now }: Stamp,
): Promise<number> {
  const { rows } = await db.query<{ count: number; keys: BinaryArray | null }>(
    `with gone as (
       delete from products p using unnest($1::text[], $2::tid[]) i (sku_key, tid)
       where p.sku_key = i.sku_key ${tids === null ? "" : "and p.ctid = i.tid"} returning p.*
     ), kept as (
       insert into product_history (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                                    source_line, created_at, updated_at, replaced_in, replaced_at, deleted)
       select sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
              source_line, created_at, updated_at, $3::bigint, $4::timestamptz, true
       from gone returning sku_key
     )
     select count(*) as count, array_send(array_agg(sku_key)) as keys from kept`,
    [keys, tids, changeset_id, now],
  );
  const { count = 0, keys: gone = null } = rows[0] ?? {};
  if (gone !== null) await noteChanged(db, { changeset_id, keys: gone, rows: count, delta: -count });
  return count;
}
