// Lists the changes of a changeset in pages: first the products that it created, in the order of their ids, then the versions that it ended,
// chunk by chunk. The cost of a page does not depend on the size of the changeset.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import { changesOf } from "../catalog/edit/validate-product.ts";
import {
  listCreated,
  listEnded,
  listRenamed,
  type Ended,
  type IdRange,
  type KeyRange,
  type Position,
} from "./change-store.ts";
import { valuesOf } from "../catalog/product/column-lists.ts";
import { nameOf, readVersions, type Version, type VersionKey } from "../catalog/history/version-store.ts";
import type { ProductChange } from "../../contract/changesets/changesets.ts";

export interface ListedChangeset {
  id: number;
  id_base: number | null;
  id_count: number;
  /** Number of products created so far. `updated` and `deleted` are counted in the same way. */
  created: number;
  updated: number;
  deleted: number;
  started_at: string;
  finished_at: string | null;
}

export interface ChangeFilter {
  change: ProductChange["change"] | undefined;
  keys: KeyRange | undefined;
}

/** The last change of a page, after which the next page starts: the id of a product that the changeset created, or the keyset position
 * of a version that the changeset ended. */
export type ChangePosition = { created: number } | { ended: Position };

export async function listChanges(
  pool: pg.Pool,
  changeset: ListedChangeset,
  filter: ChangeFilter,
  after: ChangePosition | undefined,
  limit: number,
): Promise<{ items: ProductChange[]; next: ChangePosition | undefined }> {
  const items: ProductChange[] = [];
  if (after === undefined || "created" in after) {
    const { created, is_more } = await pageOfCreated(pool, changeset, filter, after?.created, limit);
    items.push(...created);
    const last = created.at(-1);
    if (is_more && last !== undefined) return { items, next: { created: last.id } };
  }
  const position = after !== undefined && "ended" in after ? after.ended : undefined;
  const ended = await findEnded(pool, changeset, filter, position, limit - items.length + 1);
  const shown = ended.slice(0, limit - items.length);
  items.push(...(await describeEnded(pool, shown)));
  if (ended.length === shown.length) return { items, next: undefined };
  const last = shown.at(-1);
  // The created products have filled this page, so the ended versions start on the next page.
  if (last === undefined) return { items, next: { ended: START } };
  return { items, next: { ended: { at: last.replaced_at, sku_key: last.sku_key, id: last.id } } };
}

const START: Position = { at: "1970-01-01T00:00:00Z", sku_key: "", id: 0 };

async function pageOfCreated(
  db: Queryable,
  { id_base, id_count }: ListedChangeset,
  { change, keys }: ChangeFilter,
  after: number | undefined,
  limit: number,
): Promise<{ created: ProductChange[]; is_more: boolean }> {
  if (id_base === null || id_count === 0 || (change !== undefined && change !== "created"))
    return { created: [], is_more: false };
  const ids: IdRange = { first: Math.max(id_base, (after ?? 0) + 1), last: id_base + id_count - 1 };
  const found = await listCreated(db, ids, keys, limit + 1);
  const shown = found.slice(0, limit);
  const firsts = await readFirstVersions(db, shown);
  const created = shown.map(({ id, sku_key }): ProductChange => {
    const first = firsts.get(id);
    const values = first === undefined ? null : valuesOf(first);
    return {
      sku: first?.sku ?? sku_key,
      id,
      change: "created",
      version: 1,
      before: null,
      after: values,
      fields: changesOf(null, values),
    };
  });
  return { created, is_more: found.length > limit };
}

/** Maximum number of renames between a product's current key and its first version. */
const MAX_RENAMES = 100;

/** Reads the first version of each product, by id. If a product has been renamed, follows its renames back to the first key. */
async function readFirstVersions(db: Queryable, products: readonly VersionKey[]): Promise<Map<number, Version>> {
  const firsts = new Map<number, Version>();
  let searched = [...products];
  for (let hops = 0; searched.length > 0 && hops <= MAX_RENAMES; hops++) {
    const found = await readVersions(
      db,
      searched.map(({ sku_key, id }) => ({ sku_key, id, version: 1 })),
    );
    for (const version of found.values()) firsts.set(version.id, version);
    const missing = searched.filter(({ id }) => !firsts.has(id));
    if (missing.length === 0) break;
    const renamed = await listRenamed(db, missing);
    // Continue under the key before the latest rename, with the version that this rename ended.
    searched = missing.flatMap(({ id, sku_key, version }) =>
      renamed
        .filter((past) => past.id === id && past.to === sku_key && past.version < version)
        .sort((a, b) => b.version - a.version)
        .slice(0, 1),
    );
  }
  return firsts;
}

/** Approximate number of rows in the first time window that is searched for a page. */
const WINDOW_ROWS = 4000;
/** A changeset with at most this many ended versions is read and sorted as a whole. */
const MAX_SORTED = 20_000;

/** Reads a page of ended versions. All versions that one chunk ended have the same end time. For a large changeset, reads only the versions
 * that ended within a short time window, and widens the window until it contains enough versions for the page. */
async function findEnded(
  pool: pg.Pool,
  changeset: ListedChangeset,
  filter: ChangeFilter,
  position: Position | undefined,
  limit: number,
): Promise<Ended[]> {
  const query = { changeset_id: changeset.id, ...filter, after: position, until: undefined };
  const count = countEnded(changeset, filter.change);
  if (count === 0 && changeset.finished_at !== null) return [];
  const start = Date.parse(changeset.started_at);
  const end = changeset.finished_at === null ? Date.now() : Date.parse(changeset.finished_at);
  const isSmall = count <= MAX_SORTED;
  // With a SKU filter, do not restrict the end time: the index on the SKU key may find the versions faster.
  if (isSmall || filter.keys !== undefined || end <= start) return listEnded(pool, query, limit);
  const from = Math.max(start, Date.parse((position ?? START).at));
  for (let span = Math.max(1, ((end - start) * WINDOW_ROWS) / count); from + span < end; span *= 4) {
    const found = await listEnded(pool, { ...query, until: new Date(from + span).toISOString() }, limit);
    if (found.length === limit) return found;
  }
  return listEnded(pool, query, limit);
}

/** Counts the versions that the changeset ended. Restoring a deleted product ends a version, but creating a new product does not.
 * If the changeset reserved no ids for new products, all products in `created` are restored products. */
function countEnded({ created, updated, deleted, id_base }: ListedChangeset, change: ChangeFilter["change"]): number {
  const restored = id_base === null ? created : 0;
  if (change === undefined) return restored + updated + deleted;
  return { created: restored, updated, deleted }[change];
}

async function describeEnded(db: Queryable, ended: readonly Ended[]): Promise<ProductChange[]> {
  const keyOfNext = ({ sku_key, renamed_to, id, version }: Ended): VersionKey => ({
    sku_key: renamed_to ?? sku_key,
    id,
    version: version + 1,
  });
  const nextVersions = await readVersions(db, ended.filter(({ deleted }) => !deleted).map(keyOfNext));
  return ended.map((version) => {
    const next = version.deleted ? undefined : nextVersions.get(nameOf(keyOfNext(version)));
    const before = version.was_deleted ? null : valuesOf(version);
    const after = next === undefined ? null : valuesOf(next);
    return {
      sku: next?.sku ?? version.sku,
      id: version.id,
      change: version.deleted ? "deleted" : version.was_deleted ? "created" : "updated",
      version: version.version + 1,
      before,
      after,
      // The changed fields are unknown if the next version has been deleted from the history.
      fields: version.deleted || after !== null ? changesOf(before, after) : {},
    };
  });
}
