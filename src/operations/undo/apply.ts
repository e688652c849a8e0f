// Applies an undo to one chunk, inside the caller's transaction.
import type pg from "pg";
import { noteChanged } from "../../catalog/backlog.ts";
import {
  deleteProducts,
  insertTombstones,
  reinsertProducts,
  restoreProducts,
  type WriteStamp,
} from "../../catalog/bulk/restore-many.ts";
import { pick, type BinaryArray } from "../../db/binary/binary-array.ts";
import { NO_COUNTS, type Chunk, type ChunkCounts } from "../chunk-store.ts";
import { insertConflicts } from "./conflict-store.ts";
import type { Classification } from "./classify.ts";
import { planUndo } from "./make-plan.ts";
import type { Policy, UndoPlan } from "./plan.ts";

export interface UndoStamp extends WriteStamp {
  operation_id: number;
  policy: Policy;
}

/** @param withTids whether statements may find products by their physical addresses; see `hasTids`
 * @throws ConcurrentChange */
export async function applyUndo(
  client: pg.ClientBase,
  chunk: Chunk,
  stamp: UndoStamp,
  withTids: boolean,
): Promise<ChunkCounts> {
  const { plan, classification } = await planUndo(client, chunk, stamp.policy, withTids);
  // Delete these products first, because other products of the chunk may need their keys.
  await deleteMoved(client, plan, stamp);
  await writeInPlace(client, plan, listsOf(chunk, classification), stamp);
  await writeMoved(client, plan, stamp);
  await insertConflicts(client, stamp.operation_id, plan.conflicts);
  return { ...NO_COUNTS, ...plan.counts };
}

type ChunkLists = (indexes: readonly number[]) => ReturnType<typeof listsAt>;

/** Writes the products that still have the same key. Reuses the binary arrays that PostgreSQL sent instead of decoding them. */
async function writeInPlace(
  client: pg.ClientBase,
  { in_place: { deletes, restores, revivals } }: UndoPlan,
  at: ChunkLists,
  stamp: WriteStamp,
): Promise<void> {
  if (deletes.length > 0) await deleteProducts(client, { ...at(deletes), renamed_to: null }, stamp);
  if (restores.length > 0) await restoreProducts(client, at(restores), stamp);
  if (revivals.length > 0) {
    const lists = at(revivals);
    await insertTombstones(client, { ...lists, renamed_to: null }, stamp);
    await reinsertProducts(client, { ...lists, new_versions: null }, stamp);
  }
  const changed = [...deletes, ...restores, ...revivals].sort((a, b) => a - b);
  if (changed.length === 0) return;
  const { keys, count } = at(changed);
  const delta = revivals.length - deletes.length;
  await noteChanged(client, { changeset_id: stamp.changeset_id, keys, rows: count, delta });
}

const listsOf =
  (chunk: Chunk, classification: Classification): ChunkLists =>
  (indexes) =>
    listsAt(chunk, classification, indexes);

function listsAt({ count, keys, ids, versions }: Chunk, classification: Classification, indexes: readonly number[]) {
  const some = (list: BinaryArray): BinaryArray => (indexes.length === count ? list : pick(list, indexes));
  const someIf = (list: BinaryArray | null): BinaryArray | null => (list === null ? null : some(list));
  return {
    count: indexes.length,
    keys: some(keys),
    ids: some(ids),
    versions: some(versions),
    tids: someIf(classification.tids),
    live_versions: some(classification.live_versions),
    live_tids: someIf(classification.live_tids),
  };
}

async function deleteMoved(client: pg.ClientBase, { deletes }: UndoPlan, stamp: WriteStamp): Promise<void> {
  if (deletes.length === 0) return;
  const products = {
    ...productsOf(deletes),
    live_versions: deletes.map(({ live_version }) => live_version),
    live_tids: null,
    renamed_to: deletes.map(({ renamed_to }) => renamed_to),
  };
  await deleteProducts(client, products, stamp);
}

async function writeMoved(client: pg.ClientBase, plan: UndoPlan, stamp: WriteStamp): Promise<void> {
  const { in_place, deletes, restores, tombstones, reinserts, counts } = plan;
  if (restores.length > 0) {
    const liveVersions = restores.map(({ live_version }) => live_version);
    await restoreProducts(client, { ...versionsOf(restores), live_versions: liveVersions, live_tids: null }, stamp);
  }
  if (tombstones.length > 0) {
    const renamedTo = tombstones.map(({ renamed_to }) => renamed_to);
    await insertTombstones(client, { ...versionsOf(tombstones), renamed_to: renamedTo }, stamp);
  }
  if (reinserts.length > 0) {
    const newVersions = reinserts.map(({ new_version }) => new_version);
    await reinsertProducts(client, { ...versionsOf(reinserts), new_versions: newVersions }, stamp);
  }
  const keys = [...new Set([...deletes, ...restores, ...reinserts].map(({ key }) => key))];
  if (keys.length === 0) return;
  const delta = counts.created - counts.deleted - (in_place.revivals.length - in_place.deletes.length);
  await noteChanged(client, { changeset_id: stamp.changeset_id, keys, rows: keys.length, delta });
}

const productsOf = (items: readonly { key: string; id: number }[]) => ({
  count: items.length,
  keys: items.map(({ key }) => key),
  ids: items.map(({ id }) => id),
});

const versionsOf = (items: readonly { key: string; id: number; version: number }[]) => ({
  ...productsOf(items),
  versions: items.map(({ version }) => version),
  tids: null,
});
