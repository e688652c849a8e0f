// Writes that bring many products back to versions of their history, inside the caller's transaction. Each write names the version
// that the caller compared, and archives before it changes. If another writer was faster, a count differs and the caller repeats the
// transaction.
import type pg from "pg";
import type { BinaryArray } from "../../db/binary/binary-array.ts";
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import { columnList, STORED_COLUMNS, VALUE_COLUMNS } from "../product/column-lists.ts";

type List<T> = readonly T[] | BinaryArray;

/** Lists with one element per product, all of the length `count`. */
interface Products {
  count: number;
  keys: List<string>;
  ids: List<number>;
}

export interface LiveProducts extends Products {
  /** The versions that the caller compared. */
  live_versions: List<number>;
  /** Where the products were stored at the comparison; null if unknown. */
  live_tids: BinaryArray | null;
}

/** Versions in the history. */
export interface PastVersions extends Products {
  versions: List<number>;
  /** Where the versions are stored; null if unknown. */
  tids: BinaryArray | null;
}

export interface WriteStamp {
  changeset_id: number;
  now: string;
}

const isLive = (tids: BinaryArray | null): string =>
  `p.sku_key = i.sku_key and p.id = i.id and p.version = i.live_version${tids === null ? "" : " and p.ctid = i.live_tid"}`;
const isVersion = (tids: BinaryArray | null): string =>
  `h.sku_key = i.sku_key and h.id = i.id and h.version = i.version${tids === null ? "" : " and h.ctid = i.tid"}`;

/** STORED_COLUMNS as expressions over the history `h`, some of them replaced. */
const storedFrom = (replaced: Partial<Record<(typeof STORED_COLUMNS)[number], string>>): string =>
  STORED_COLUMNS.map((column) => replaced[column] ?? `h.${column}`).join(", ");

/** Gives existing products the values of the past versions `versions`, as a new version of each.
 * @throws ConcurrentChange */
export async function restoreProducts(
  db: pg.ClientBase,
  products: LiveProducts & PastVersions,
  stamp: WriteStamp,
): Promise<void> {
  const { count, keys, ids, live_versions, live_tids, versions, tids } = products;
  await archiveVersions(db, { ...products, renamed_to: null }, stamp, "false");
  const { rowCount } = await db.query(
    `update products p
     set ${[...VALUE_COLUMNS, "source_line"].map((column) => `${column} = h.${column}`).join(", ")},
         version = p.version + 1, changed_in = $7::bigint, updated_at = $8::timestamptz
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::integer[], $6::tid[])
            i (sku_key, id, live_version, live_tid, version, tid)
     join product_history h on ${isVersion(tids)}
     where ${isLive(live_tids)}`,
    [keys, ids, live_versions, live_tids, versions, tids, stamp.changeset_id, stamp.now],
  );
  expectCount(rowCount, count);
}

/** Each product's new key, or null for a product that is deleted and not renamed. */
interface Renaming {
  renamed_to: readonly (string | null)[] | null;
}

/** Deletes products. A product with a key in `renamed_to` is renamed: the caller inserts it again under that key.
 * @throws ConcurrentChange */
export async function deleteProducts(
  db: pg.ClientBase,
  products: LiveProducts & Renaming,
  stamp: WriteStamp,
): Promise<void> {
  const { count, keys, ids, live_versions, live_tids } = products;
  await archiveVersions(db, products, stamp, "i.renamed_to is null");
  const { rowCount } = await db.query(
    `delete from products p
     using unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[]) i (sku_key, id, live_version, live_tid)
     where ${isLive(live_tids)}`,
    [keys, ids, live_versions, live_tids],
  );
  expectCount(rowCount, count);
}

/** @param deleted SQL: true if the version ends with the deletion of its product */
async function archiveVersions(
  db: pg.ClientBase,
  { count, keys, ids, live_versions, live_tids, renamed_to }: LiveProducts & Renaming,
  { changeset_id, now }: WriteStamp,
  deleted: string,
): Promise<void> {
  const { rowCount } = await db.query(
    `insert into product_history (${columnList(STORED_COLUMNS)}, replaced_in, replaced_at, deleted, renamed_to)
     select ${columnList(STORED_COLUMNS, "p")}, $6::bigint, $7::timestamptz, ${deleted}, i.renamed_to
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::text[])
            i (sku_key, id, live_version, live_tid, renamed_to)
     join products p on ${isLive(live_tids)}`,
    [keys, ids, live_versions, live_tids, renamed_to, changeset_id, now],
  );
  expectCount(rowCount, count);
}

/** Inserts products with the values of past versions. `new_versions[i]` is the number of the new version; null means that only the
 * deletion is between the two. An existing key fails the transaction with 23505. */
export async function reinsertProducts(
  db: pg.ClientBase,
  products: PastVersions & { new_versions: readonly number[] | null },
  { changeset_id, now }: WriteStamp,
): Promise<void> {
  const { count, keys, ids, versions, tids, new_versions } = products;
  const columns = storedFrom({
    version: "coalesce(i.new_version, h.version + 2)",
    changed_in: "$6::bigint",
    updated_at: "$7::timestamptz",
  });
  const { rowCount } = await db.query(
    `insert into products (${columnList(STORED_COLUMNS)})
     select ${columns}
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::integer[]) i (sku_key, id, version, tid, new_version)
     join product_history h on ${isVersion(tids)}`,
    [keys, ids, versions, tids, new_versions, changeset_id, now],
  );
  expectCount(rowCount, count);
}

/** Inserts the deletions themselves as past versions, which the changeset ends by reinserting the products. Each is a copy of the
 * deleted version, changed by the changeset that deleted it. `renamed_to` holds the key of a product that returns under another one. */
export async function insertTombstones(
  db: pg.ClientBase,
  deletedVersions: PastVersions & Renaming,
  { changeset_id, now }: WriteStamp,
): Promise<void> {
  const { count, keys, ids, versions, tids, renamed_to } = deletedVersions;
  const columns = storedFrom({ version: "h.version + 1", changed_in: "h.replaced_in", updated_at: "h.replaced_at" });
  const { rowCount } = await db.query(
    `insert into product_history (${columnList(STORED_COLUMNS)}, replaced_in, replaced_at, was_deleted, renamed_to)
     select ${columns}, $6::bigint, $7::timestamptz, true, i.renamed_to
     from unnest($1::text[], $2::bigint[], $3::integer[], $4::tid[], $5::text[]) i (sku_key, id, version, tid, renamed_to)
     join product_history h on ${isVersion(tids)}`,
    [keys, ids, versions, tids, renamed_to, changeset_id, now],
  );
  expectCount(rowCount, count);
}

function expectCount(found: number | null, expected: number): void {
  if (found !== expected) throw new ConcurrentChange(`${found ?? 0} of ${expected} products were unchanged`);
}
