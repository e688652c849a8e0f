// What a changeset did to each product, in pages: first the products that it created, in the order of their ids, then the
// versions that it ended, chunk by chunk. Each page costs what a page costs, however large the changeset is.
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
  type Place,
} from "./change-store.ts";
import { valuesOf } from "../catalog/product/column-lists.ts";
import { nameOf, readVersions, type Version, type VersionKey } from "../catalog/history/version-store.ts";
import type { ProductChange } from "../../contract/changesets/changesets.ts";

/** The changeset whose changes are listed. */
export interface Changed {
  id: number;
  id_base: number | null;
  id_count: number;
  /** Products, as far as they are counted. */
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

/** Where a page begins: among the created behind an id, or among the others behind a version. */
export type Cursor = { created: number } | { ended: Place };

export async function listChanges(
  pool: pg.Pool,
  changeset: Changed,
  filter: ChangeFilter,
  after: Cursor | undefined,
  limit: number,
): Promise<{ items: ProductChange[]; next: Cursor | undefined }> {
  const items: ProductChange[] = [];
  if (after === undefined || "created" in after) {
    const { made, is_more } = await pageOfCreated(pool, changeset, filter, after?.created, limit);
    items.push(...made);
    const last = made.at(-1);
    if (is_more && last !== undefined) return { items, next: { created: last.id } };
  }
  const place = after !== undefined && "ended" in after ? after.ended : undefined;
  const ended = await findEnded(pool, changeset, filter, place, limit - items.length + 1);
  const shown = ended.slice(0, limit - items.length);
  items.push(...(await describeEnded(pool, shown)));
  if (ended.length === shown.length) return { items, next: undefined };
  const last = shown.at(-1);
  // A page full of created ones: the others begin on the next.
  if (last === undefined) return { items, next: { ended: BEGINNING } };
  return { items, next: { ended: { at: last.replaced_at, sku_key: last.sku_key, id: last.id } } };
}

const BEGINNING: Place = { at: "1970-01-01T00:00:00Z", sku_key: "", id: 0 };

async function pageOfCreated(
  db: Queryable,
  { id_base, id_count }: Changed,
  { change, keys }: ChangeFilter,
  after: number | undefined,
  limit: number,
): Promise<{ made: ProductChange[]; is_more: boolean }> {
  if (id_base === null || id_count === 0 || (change !== undefined && change !== "created"))
    return { made: [], is_more: false };
  const ids: IdRange = { first: Math.max(id_base, (after ?? 0) + 1), last: id_base + id_count - 1 };
  const created = await listCreated(db, ids, keys, limit + 1);
  const shown = created.slice(0, limit);
  const firsts = await readFirstVersions(db, shown);
  const made = shown.map(({ id, sku_key }): ProductChange => {
    const first = firsts.get(id);
    const afterIt = first === undefined ? null : valuesOf(first);
    return {
      ...{ sku: first?.sku ?? sku_key, id, change: "created", version: 1, before: null, after: afterIt },
      fields: changesOf(null, afterIt),
    };
  });
  return { made, is_more: created.length > limit };
}

/** Renames that are followed back to the first version. */
const MAX_RENAMES = 100;

/** The first version of each product, by id; it may lie under another key. */
async function readFirstVersions(db: Queryable, products: readonly VersionKey[]): Promise<Map<number, Version>> {
  const firsts = new Map<number, Version>();
  let wanted = [...products];
  for (let hops = 0; wanted.length > 0 && hops <= MAX_RENAMES; hops++) {
    const found = await readVersions(
      db,
      wanted.map(({ sku_key, id }) => ({ sku_key, id, version: 1 })),
    );
    for (const version of found.values()) firsts.set(version.id, version);
    const missing = wanted.filter(({ id }) => !firsts.has(id));
    if (missing.length === 0) break;
    const renamed = await listRenamed(db, missing);
    // The latest rename to the key that is before the version at hand.
    wanted = missing.flatMap(({ id, sku_key, version }) =>
      renamed
        .filter((one) => one.id === id && one.to === sku_key && one.version < version)
        .sort((a, b) => b.version - a.version)
        .slice(0, 1),
    );
  }
  return firsts;
}

/** Rows that the first look for a page reads, about. */
const WINDOW_ROWS = 4000;
/** Fewer are read and sorted at once. */
const SORTED_AT_ONCE = 20_000;

/** Looks at growing spans of time: a page of a large changeset lies in one or two of its chunks. */
async function findEnded(
  pool: pg.Pool,
  changeset: Changed,
  filter: ChangeFilter,
  place: Place | undefined,
  limit: number,
): Promise<Ended[]> {
  const query = { changeset_id: changeset.id, ...filter, after: place, until: undefined };
  const count = countEnded(changeset, filter.change);
  if (count === 0 && changeset.finished_at !== null) return [];
  const start = Date.parse(changeset.started_at);
  const end = changeset.finished_at === null ? Date.now() : Date.parse(changeset.finished_at);
  const isSmall = count <= SORTED_AT_ONCE;
  // Where the SKU is given, its own index may be the better one.
  if (isSmall || filter.keys !== undefined || end <= start) return listEnded(pool, query, limit);
  const from = Math.max(start, Date.parse((place ?? BEGINNING).at));
  for (let span = Math.max(1, ((end - start) * WINDOW_ROWS) / count); from + span < end; span *= 4) {
    const found = await listEnded(pool, { ...query, until: new Date(from + span).toISOString() }, limit);
    if (found.length === limit) return found;
  }
  return listEnded(pool, query, limit);
}

/** A changeset that has no ids of its own creates by bringing back what had been deleted. */
function countEnded({ created, updated, deleted, id_base }: Changed, change: ChangeFilter["change"]): number {
  const returned = id_base === null ? created : 0;
  if (change === undefined) return returned + updated + deleted;
  return { created: returned, updated, deleted }[change];
}

async function describeEnded(db: Queryable, ended: readonly Ended[]): Promise<ProductChange[]> {
  const keyOfNext = ({ sku_key, renamed_to, id, version }: Ended): VersionKey => ({
    ...{ sku_key: renamed_to ?? sku_key, id, version: version + 1 },
  });
  const followers = await readVersions(db, ended.filter(({ deleted }) => !deleted).map(keyOfNext));
  return ended.map((version) => {
    const next = version.deleted ? undefined : followers.get(nameOf(keyOfNext(version)));
    const before = version.was_deleted ? null : valuesOf(version);
    const after = next === undefined ? null : valuesOf(next);
    return {
      sku: next?.sku ?? version.sku,
      id: version.id,
      change: version.deleted ? "deleted" : version.was_deleted ? "created" : "updated",
      version: version.version + 1,
      ...{ before, after },
      // What a version that is no longer kept changed is not known.
      fields: version.deleted || after !== null ? changesOf(before, after) : {},
    };
  });
}
