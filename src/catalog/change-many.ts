// The same change for many products: set values or delete, inside the caller's transaction; products that are as they should
// be are not written. As in merge.ts nothing is locked between a look and its write: a count that differs means that somebody
// was faster, and the caller begins again.
import type pg from "pg";
import { noteChanged } from "./backlog.ts";
import { applyStagedChanges, ConcurrentChange } from "./merge.ts";

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

/** Sets the values on the products with these keys; the rest of the keys are of no product, or of one that is unchanged.
 * @throws ConcurrentChange */
export async function setValues(
  db: pg.ClientBase,
  keys: readonly string[],
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

async function countProducts(db: pg.ClientBase, keys: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*) as count from unnest($1::text[]) k (sku_key) join products p on p.sku_key = k.sku_key",
    [keys],
  );
  return rows[0]?.count ?? 0;
}

/** Deletes the products with these keys, keeps what they were and says how many there were.
 * @throws ConcurrentChange */
export async function deleteProducts(
  db: pg.ClientBase,
  keys: readonly string[],
  { changeset_id, now }: Stamp,
): Promise<number> {
  const { rows: kept } = await db.query<{ sku_key: string; id: number; version: number }>(
    `insert into product_history (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                                  source_line, created_at, updated_at, replaced_in, replaced_at, deleted)
     select p.sku_key, p.id, p.version, p.sku, p.name, p.description, p.active, p.attributes, p.created_in, p.changed_in,
            p.source_line, p.created_at, p.updated_at, $2::bigint, $3::timestamptz, true
     from unnest($1::text[]) k (sku_key) join products p on p.sku_key = k.sku_key
     returning sku_key, id, version`,
    [keys, changeset_id, now],
  );
  if (kept.length === 0) return 0;
  // By lists, not by a join with the history: of a product's many versions the planner would read all.
  const { rowCount: deleted } = await db.query(
    `delete from products p using unnest($1::text[], $2::bigint[], $3::integer[]) i (sku_key, id, version)
     where p.sku_key = i.sku_key and p.id = i.id and p.version = i.version`,
    [kept.map(({ sku_key }) => sku_key), kept.map(({ id }) => id), kept.map(({ version }) => version)],
  );
  if (deleted !== kept.length) {
    throw new ConcurrentChange(`${deleted ?? 0} of ${kept.length} products were still the same`);
  }
  const gone = kept.map(({ sku_key }) => sku_key);
  await noteChanged(db, { changeset_id, keys: gone, rows: gone.length, delta: -gone.length });
  return gone.length;
}
