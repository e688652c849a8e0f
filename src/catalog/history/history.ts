// The history of a product: all versions with their authors and changes, across renames, deletions and restorations.
import type pg from "pg";
import type { Queryable } from "../../db/connection/connect.ts";
import { encodeCursor } from "../../cursor.ts";
import { withSnapshot } from "../../db/snapshot.ts";
import { changesOf } from "../edit/validate-product.ts";
import { listHolders, listKeys, listPast, readAuthors, readCurrent } from "./store.ts";
import type { Version } from "./version-store.ts";
import { valuesOf } from "../product/column-lists.ts";
import type { ProductVersion } from "../../../contract/catalog/edit-products.ts";

export interface HistoryPage {
  id: number;
  sku: string;
  exists: boolean;
  other_ids: number[];
  items: ProductVersion[];
  next_cursor: string | null;
}

export interface HistoryRequest {
  /** Id of the product, if several products have had the key. The default is the product that has the key now or had it last. */
  id: number | undefined;
  /** If set, only versions with smaller numbers than this one are returned. */
  before: number | undefined;
  limit: number;
}

/** Returns undefined if no product has ever had the key, or if product `id` has never had it. All reads use one snapshot, because an edit
 * between two reads could make one version appear twice: as current and as past. */
export const readHistory = (pool: pg.Pool, skuKey: string, request: HistoryRequest): Promise<HistoryPage | undefined> =>
  withSnapshot(pool, (db) => readPage(db, skuKey, request));

async function readPage(
  db: Queryable,
  skuKey: string,
  { id: wanted, before = MAX_VERSION, limit }: HistoryRequest,
): Promise<HistoryPage | undefined> {
  const holders = await listHolders(db, skuKey);
  const id = wanted ?? holders[0];
  if (id === undefined || !holders.includes(id)) return undefined;
  const keys = await listKeys(db, id, skuKey);
  const current = await readCurrent(db, id, keys);
  // Read two versions more than fit on the page. One may be needed for a deletion at the beginning of the page, because the entry of a
  // deletion is made from the version before the deletion. The other is compared with the oldest entry of the page. If both versions exist,
  // another page follows.
  const past = await listPast(db, id, keys, before, limit + 2);
  const versions = current !== undefined && current.version < before ? [current, ...past] : past;
  const newest = current ?? past[0] ?? (await listPast(db, id, keys, MAX_VERSION, 1))[0];
  const entries = entriesOf(versions).filter(({ version }) => version < before);
  const page = entries.slice(0, limit);
  const last = entries.length > limit || past.length === limit + 2 ? page.at(-1) : undefined;
  return {
    id,
    sku: newest?.sku ?? skuKey,
    exists: current !== undefined,
    other_ids: holders.filter((other) => other !== id),
    items: await withAuthors(db, page),
    next_cursor: last === undefined ? null : encodeCursor(HISTORY_LIST, [last.version]),
  };
}

export const HISTORY_LIST = "history";

/** Largest `integer` in PostgreSQL: greater than every version. */
export const MAX_VERSION = 2 ** 31 - 1;

type Entry = Omit<ProductVersion, "changeset"> & { changeset_id: number };

/** Returns the entries of the history from the newest to the oldest. Each version is compared with the next older one. */
function entriesOf(versions: readonly Version[]): Entry[] {
  return versions.flatMap((version, index) => {
    if (version.was_deleted) return [];
    const entry = entryOf(version, versions[index + 1]);
    return version.deleted ? [deletionOf(version), entry] : [entry];
  });
}

function entryOf(version: Version, previous: Version | undefined): Entry {
  const isAdjacent = previous?.version === version.version - 1;
  const isNew = version.version === 1 || (isAdjacent && previous.was_deleted);
  const before = isNew || !isAdjacent ? null : previous;
  return {
    version: version.version,
    change: isNew ? "created" : "updated",
    at: version.updated_at,
    changeset_id: version.changed_in,
    source_line: version.source_line,
    fields: isNew || isAdjacent ? changesOf(before, version) : null,
    product: valuesOf(version),
  };
}

const deletionOf = (version: Version): Entry => ({
  version: version.version + 1,
  change: "deleted",
  at: version.replaced_at ?? version.updated_at,
  changeset_id: version.replaced_in ?? version.changed_in,
  source_line: null,
  fields: changesOf(version, null),
  product: null,
});

async function withAuthors(db: Queryable, entries: readonly Entry[]): Promise<ProductVersion[]> {
  const authors = await readAuthors(
    db,
    entries.map(({ changeset_id }) => changeset_id),
  );
  return entries.map(({ changeset_id, ...entry }) => {
    const changeset = authors.get(changeset_id);
    if (changeset === undefined) throw new Error(`changeset ${changeset_id} of a version does not exist`);
    // Only imports have source lines. An undo copies the line number from the version that it restores, although the undo itself has read
    // no file.
    return { ...entry, source_line: changeset.kind === "import" ? entry.source_line : null, changeset };
  });
}
