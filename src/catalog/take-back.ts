// Bringing many products back to versions of their history, inside the caller's transaction: the writes alone, by what the
// caller has found. Each names the version that was looked at, and the history is written first; a count that differs means
// that somebody was faster, and the caller begins again.
import type pg from "pg";
import { ConcurrentChange } from "./merge.ts";

/** Lists of the same length, a product at each place. */
export interface LiveProducts {
  keys: readonly string[];
  ids: readonly number[];
  /** The versions that were looked at. */
  live_versions: readonly number[];
}

export interface WriteStamp {
  changeset_id: number;
  now: string;
}

const COLUMNS =
  "sku, name, description, active, attributes, created_in, changed_in, source_line, created_at, updated_at";
const of = (alias: string): string => COLUMNS.replaceAll(/\w+/g, `${alias}.$&`);

/** Gives existing products the values of the versions `versions`, as a new version of each.
 * @throws ConcurrentChange */
export async function restoreProducts(
  db: pg.ClientBase,
  products: LiveProducts & { versions: readonly number[] },
  stamp: WriteStamp,
): Promise<void> {
  const { keys, ids, live_versions, versions } = products;
  await keepVersions(db, products, stamp, "false", []);
  const { rowCount } = await db.query(
    `update products p
     set sku = h.sku, name = h.name, description = h.description, active = h.active, attributes = h.attributes,
         source_line = h.source_line, version = p.version + 1, changed_in = $5::bigint, updated_at = $6::timestamptz
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::integer[]) i (sku_key, id, live_version, version)
     join product_history h on h.sku_key = i.sku_key and h.id = i.id and h.version = i.version
     where p.sku_key = i.sku_key and p.id = i.id and p.version = i.live_version`,
    [keys, ids, live_versions, versions, stamp.changeset_id, stamp.now],
  );
  expectCount(rowCount, keys.length);
}

/** Deletes products; those with a key in `renamed_to` go on under that.
 * @throws ConcurrentChange */
export async function takeAwayProducts(
  db: pg.ClientBase,
  products: LiveProducts & { renamed_to: readonly (string | null)[] },
  stamp: WriteStamp,
): Promise<void> {
  const { keys, ids, live_versions, renamed_to } = products;
  await keepVersions(db, products, stamp, "i.renamed_to is null", renamed_to);
  const { rowCount } = await db.query(
    `delete from products p using unnest($1::text[], $2::bigint[], $3::integer[]) i (sku_key, id, version)
     where p.sku_key = i.sku_key and p.id = i.id and p.version = i.version`,
    [keys, ids, live_versions],
  );
  expectCount(rowCount, keys.length);
}

async function keepVersions(
  db: pg.ClientBase,
  { keys, ids, live_versions }: LiveProducts,
  { changeset_id, now }: WriteStamp,
  deleted: string,
  renamed_to: readonly (string | null)[],
): Promise<void> {
  const { rowCount } = await db.query(
    `insert into product_history (sku_key, id, version, ${COLUMNS}, replaced_in, replaced_at, deleted, renamed_to)
     select p.sku_key, p.id, p.version, ${of("p")}, $5::bigint, $6::timestamptz, ${deleted}, i.renamed_to
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::text[]) i (sku_key, id, version, renamed_to)
     join products p on p.sku_key = i.sku_key and p.id = i.id and p.version = i.version`,
    [keys, ids, live_versions, renamed_to, changeset_id, now],
  );
  expectCount(rowCount, keys.length);
}

/** Makes products of versions of the history: `new_versions[i]` of the one is as `versions[i]` was.
 * A key that exists fails the transaction with 23505. */
export async function putBackProducts(
  db: pg.ClientBase,
  products: {
    keys: readonly string[];
    ids: readonly number[];
    versions: readonly number[];
    new_versions: readonly number[];
  },
  { changeset_id, now }: WriteStamp,
): Promise<void> {
  const { keys, ids, versions, new_versions } = products;
  const { rowCount } = await db.query(
    `insert into products (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                           source_line, created_at, updated_at)
     select h.sku_key, h.id, i.new_version, h.sku, h.name, h.description, h.active, h.attributes, h.created_in, $5::bigint,
            h.source_line, h.created_at, $6::timestamptz
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::integer[]) i (sku_key, id, version, new_version)
     join product_history h on h.sku_key = i.sku_key and h.id = i.id and h.version = i.version`,
    [keys, ids, versions, new_versions, changeset_id, now],
  );
  expectCount(rowCount, keys.length);
}

/** Makes versions of the deletions themselves, which the changeset ends by bringing the products back: each is a copy of the
 * deleted version, made by who deleted. `renamed_to` where the product comes back under another key. */
export async function keepDeletions(
  db: pg.ClientBase,
  deleted: {
    keys: readonly string[];
    ids: readonly number[];
    versions: readonly number[];
    renamed_to: readonly (string | null)[];
  },
  { changeset_id, now }: WriteStamp,
): Promise<void> {
  const { keys, ids, versions, renamed_to } = deleted;
  const { rowCount } = await db.query(
    `insert into product_history (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                                  source_line, created_at, updated_at, replaced_in, replaced_at, was_deleted, renamed_to)
     select h.sku_key, h.id, h.version + 1, h.sku, h.name, h.description, h.active, h.attributes, h.created_in, h.replaced_in,
            h.source_line, h.created_at, h.replaced_at, $5::bigint, $6::timestamptz, true, i.renamed_to
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::text[]) i (sku_key, id, version, renamed_to)
     join product_history h on h.sku_key = i.sku_key and h.id = i.id and h.version = i.version`,
    [keys, ids, versions, renamed_to, changeset_id, now],
  );
  expectCount(rowCount, keys.length);
}

function expectCount(found: number | null, expected: number): void {
  if (found !== expected) throw new ConcurrentChange(`${found ?? 0} of ${expected} products were still the same`);
}
