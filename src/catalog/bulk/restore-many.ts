// Restores many products to past versions, inside the caller's transaction. Each write requires that the product still has the version that
// the caller has read, and archives this version before it changes the product. If another writer was faster, a write affects fewer rows
// than expected and the caller repeats the transaction.
import type pg from "pg";
import type { BinaryArray } from "../../db/binary/binary-array.ts";
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import { columnList, STORED_COLUMNS, VALUE_COLUMNS } from "../product/column-lists.ts";

type List<T> = readonly T[] | BinaryArray;

/** Products as parallel lists. Each list has `count` elements, one per product. */
interface Products {
  count: number;
  keys: List<string>;
  ids: List<number>;
}

export interface LiveProducts extends Products {
  /** The version that each product had when the caller read it. A write fails if the product no longer has this version. */
  live_versions: List<number>;
  /** Storage locations (tid[]) of the products at the time when the caller compared them; null if unknown. */
  live_tids: BinaryArray | null;
}

/** Past versions of products, which are in the history. */
export interface PastVersions extends Products {
  versions: List<number>;
  /** Storage locations (tid[]) of the past versions; null if unknown. */
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

/** Returns the SQL of STORED_COLUMNS: each column of the history `h`, or the expression that replaces it. */
const storedFrom = (replaced: Partial<Record<(typeof STORED_COLUMNS)[number], string>>): string =>
  STORED_COLUMNS.map((column) => replaced[column] ?? `h.${column}`).join(", ");

/** Restores existing products to the values of the past versions `versions`. Each product gets a new version.
 * @throws ConcurrentChange if another writer has changed one of the products */
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

/** The new key of each product, or null for a product that is deleted and not renamed. The list is null if no product is renamed. */
interface Renaming {
  renamed_to: readonly (string | null)[] | null;
}

/** Deletes products. A product with a key in `renamed_to` is renamed: the caller inserts it again under that key.
 * @throws ConcurrentChange if another writer has changed one of the products */
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

/** Copies the current versions of the products to the history.
 * @param deleted SQL condition: whether the version ended with the deletion of its product */
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

/** Inserts products with the values of past versions. `new_versions[i]` is the number of the new version of product i. If `new_versions` is
 * null, each new version has the number of the past version plus 2, because the deletion counts as the version in between. If a key already
 * exists, the transaction fails with 23505 (unique_violation). */
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

/** Adds the deletions of products to the history when these products are inserted again. A deletion is stored as a version of its own: a
 * copy of the last version before the deletion, made by the changeset that deleted the product (`changed_in`) and replaced by the current
 * changeset (`replaced_in`). `renamed_to` contains the new key of a product that is inserted under another key. */
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
