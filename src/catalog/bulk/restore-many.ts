// Bringing many products back to versions of their history, inside the caller's transaction: the writes alone, by what the
// caller has found. Each names the version that was looked at, and the history is written first; a count that differs means
// that somebody was faster, and the caller begins again.
import type pg from "pg";
import type { BinaryArray } from "../../db/binary/binary-array.ts";
import { ConcurrentChange } from "../../db/concurrent-change.ts";

type List<T> = readonly T[] | BinaryArray;

/** Lists of the same length `count`, a product at each place. */
interface Products {
  count: number;
  keys: List<string>;
  ids: List<number>;
}

export interface LiveProducts extends Products {
  /** The versions that were looked at. */
  live_versions: List<number>;
  /** Where the products lay then; null = nobody said. */
  live_tids: BinaryArray | null;
}

/** Versions in the history. */
export interface PastVersions extends Products {
  versions: List<number>;
  /** Where they lie; null = nobody said. */
  tids: BinaryArray | null;
}

export interface WriteStamp {
  changeset_id: number;
  now: string;
}

const COLUMNS =
  "sku, name, description, active, attributes, created_in, changed_in, source_line, created_at, updated_at";
const of = (alias: string): string => COLUMNS.replaceAll(/\w+/g, `${alias}.$&`);

const isLive = (tids: BinaryArray | null): string =>
  `p.sku_key = i.sku_key and p.id = i.id and p.version = i.live_version${tids === null ? "" : " and p.ctid = i.live_tid"}`;
const isVersion = (tids: BinaryArray | null): string =>
  `h.sku_key = i.sku_key and h.id = i.id and h.version = i.version${tids === null ? "" : " and h.ctid = i.tid"}`;

/** Gives existing products the values of the versions `versions`, as a new version of each.
 * @throws ConcurrentChange */
export async function restoreProducts(
  db: pg.ClientBase,
  products: LiveProducts & PastVersions,
  stamp: WriteStamp,
): Promise<void> {
  const { count, keys, ids, live_versions, live_tids, versions, tids } = products;
  await archiveVersions(db, products, stamp, "false", null);
  const { rowCount } = await db.query(
    `update products p
     set sku = h.sku, name = h.name, description = h.description, active = h.active, attributes = h.attributes,
         source_line = h.source_line, version = p.version + 1, changed_in = $7::bigint, updated_at = $8::timestamptz
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::integer[], $6::tid[])
            i (sku_key, id, live_version, live_tid, version, tid)
     join product_history h on ${isVersion(tids)}
     where ${isLive(live_tids)}`,
    [keys, ids, live_versions, live_tids, versions, tids, stamp.changeset_id, stamp.now],
  );
  expectCount(rowCount, count);
}

/** Deletes products; those with a key in `renamed_to` go on under that.
 * @throws ConcurrentChange */
export async function deleteProducts(
  db: pg.ClientBase,
  products: LiveProducts & { renamed_to: readonly (string | null)[] | null },
  stamp: WriteStamp,
): Promise<void> {
  const { count, keys, ids, live_versions, live_tids, renamed_to } = products;
  await archiveVersions(db, products, stamp, "i.renamed_to is null", renamed_to);
  const { rowCount } = await db.query(
    `delete from products p
     using unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[]) i (sku_key, id, live_version, live_tid)
     where ${isLive(live_tids)}`,
    [keys, ids, live_versions, live_tids],
  );
  expectCount(rowCount, count);
}

async function archiveVersions(
  db: pg.ClientBase,
  { count, keys, ids, live_versions, live_tids }: LiveProducts,
  { changeset_id, now }: WriteStamp,
  deleted: string,
  renamedTo: readonly (string | null)[] | null,
): Promise<void> {
  const { rowCount } = await db.query(
    `insert into product_history (sku_key, id, version, ${COLUMNS}, replaced_in, replaced_at, deleted, renamed_to)
     select p.sku_key, p.id, p.version, ${of("p")}, $6::bigint, $7::timestamptz, ${deleted}, i.renamed_to
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::text[])
            i (sku_key, id, live_version, live_tid, renamed_to)
     join products p on ${isLive(live_tids)}`,
    [keys, ids, live_versions, live_tids, renamedTo, changeset_id, now],
  );
  expectCount(rowCount, count);
}

/** Makes products of versions of the history: `new_versions[i]` of the one is as `versions[i]` was; null = only the deletion
 * lies between them. A key that exists fails the transaction with 23505. */
export async function reinsertProducts(
  db: pg.ClientBase,
  products: PastVersions & { new_versions: readonly number[] | null },
  { changeset_id, now }: WriteStamp,
): Promise<void> {
  const { count, keys, ids, versions, tids, new_versions } = products;
  const { rowCount } = await db.query(
    `insert into products (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                           source_line, created_at, updated_at)
     select h.sku_key, h.id, coalesce(i.new_version, h.version + 2), h.sku, h.name, h.description, h.active, h.attributes,
            h.created_in, $6::bigint, h.source_line, h.created_at, $7::timestamptz
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::integer[]) i (sku_key, id, version, tid, new_version)
     join product_history h on ${isVersion(tids)}`,
    [keys, ids, versions, tids, new_versions, changeset_id, now],
  );
  expectCount(rowCount, count);
}

/** Makes versions of the deletions themselves, which the changeset ends by bringing the products back: each is a copy of the
 * deleted version, made by who deleted. `renamed_to` where the product comes back under another key. */
export async function insertTombstones(
  db: pg.ClientBase,
  deleted: PastVersions & { renamed_to: readonly (string | null)[] | null },
  { changeset_id, now }: WriteStamp,
): Promise<void> {
  const { count, keys, ids, versions, tids, renamed_to } = deleted;
  const { rowCount } = await db.query(
    `insert into product_history (sku_key, id, version, sku, name, description, active, attributes, created_in, changed_in,
                                  source_line, created_at, updated_at, replaced_in, replaced_at, was_deleted, renamed_to)
     select h.sku_key, h.id, h.version + 1, h.sku, h.name, h.description, h.active, h.attributes, h.created_in, h.replaced_in,
            h.source_line, h.created_at, h.replaced_at, $6::bigint, $7::timestamptz, true, i.renamed_to
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::text[]) i (sku_key, id, version, tid, renamed_to)
     join product_history h on ${isVersion(tids)}`,
    [keys, ids, versions, tids, renamed_to, changeset_id, now],
  );
  expectCount(rowCount, count);
}

function expectCount(found: number | null, expected: number): void {
  if (found !== expected) throw new ConcurrentChange(`${found ?? 0} of ${expected} products were still the same`);
}
