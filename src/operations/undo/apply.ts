// One chunk of an undo, inside the caller's transaction.
import type pg from "pg";
import { noteChanged } from "../../catalog/backlog.ts";
import {
  insertTombstones,
  reinsertProducts,
  restoreProducts,
  deleteProducts,
  type WriteStamp,
} from "../../catalog/bulk/restore-many.ts";
import { pick, type BinaryArray } from "../../db/binary/binary-array.ts";
import { NO_COUNTS, type Chunk, type ChunkCounts } from "../chunk-store.ts";
import { insertConflicts } from "./conflict-store.ts";
import type { Looked } from "./classify.ts";
import { planUndo } from "./make-plan.ts";
import type { Policy, UndoPlan } from "./plan.ts";

/** `with_tids`: whether products may be found by where they lie; see `hasTids`.
 * @throws ConcurrentChange */
export async function applyUndo(
  client: pg.ClientBase,
  operationId: number,
  chunk: Chunk,
  policy: Policy,
  stamp: WriteStamp,
  withTids: boolean,
): Promise<ChunkCounts> {
  const { plan, looked } = await planUndo(client, chunk, policy, withTids);
  // What leaves a key goes first: others may take it.
  await takeAwayOthers(client, plan, stamp);
  await writeSimple(client, plan, chunk, looked, stamp);
  await writeOthers(client, plan, stamp);
  await insertConflicts(client, operationId, plan.conflicts);
  return { ...NO_COUNTS, ...plan.counts };
}

/** Products that are where the chunk says, by lists as they were found. */
async function writeSimple(
  client: pg.ClientBase,
  { simple }: UndoPlan,
  chunk: Chunk,
  looked: Looked,
  stamp: WriteStamp,
): Promise<void> {
  const { remove, restore, revive } = simple;
  const at = (positions: readonly number[]) => listsAt(chunk, looked, positions);
  if (remove.length > 0) await deleteProducts(client, { ...at(remove), renamed_to: null }, stamp);
  if (restore.length > 0) await restoreProducts(client, at(restore), stamp);
  if (revive.length > 0) {
    const lists = at(revive);
    await insertTombstones(client, { ...lists, renamed_to: null }, stamp);
    await reinsertProducts(client, { ...lists, new_versions: null }, stamp);
  }
  const changed = [...remove, ...restore, ...revive].sort((a, b) => a - b);
  if (changed.length === 0) return;
  const { keys, count } = at(changed);
  const delta = revive.length - remove.length;
  await noteChanged(client, { changeset_id: stamp.changeset_id, keys, rows: count, delta });
}

function listsAt({ count, keys, ids, versions }: Chunk, looked: Looked, positions: readonly number[]) {
  const some = (list: BinaryArray): BinaryArray => (positions.length === count ? list : pick(list, positions));
  const someIf = (list: BinaryArray | null): BinaryArray | null => (list === null ? null : some(list));
  return {
    count: positions.length,
    keys: some(keys),
    ids: some(ids),
    versions: some(versions),
    tids: someIf(looked.tids),
    live_versions: some(looked.live_versions),
    live_tids: someIf(looked.live_tids),
  };
}

async function takeAwayOthers(client: pg.ClientBase, { takeAway }: UndoPlan, stamp: WriteStamp): Promise<void> {
  if (takeAway.length === 0) return;
  const liveVersions = takeAway.map(({ live_version }) => live_version);
  const renamedTo = takeAway.map(({ renamed_to }) => renamed_to);
  await deleteProducts(
    client,
    { ...listsOf(takeAway), live_versions: liveVersions, live_tids: null, renamed_to: renamedTo },
    stamp,
  );
}

async function writeOthers(client: pg.ClientBase, plan: UndoPlan, stamp: WriteStamp): Promise<void> {
  const { simple, takeAway, restore, keepDeletion, putBack, counts } = plan;
  if (restore.length > 0) {
    const liveVersions = restore.map(({ live_version }) => live_version);
    await restoreProducts(client, { ...versionsOf(restore), live_versions: liveVersions, live_tids: null }, stamp);
  }
  if (keepDeletion.length > 0) {
    const renamedTo = keepDeletion.map(({ renamed_to }) => renamed_to);
    await insertTombstones(client, { ...versionsOf(keepDeletion), renamed_to: renamedTo }, stamp);
  }
  if (putBack.length > 0) {
    const newVersions = putBack.map(({ new_version }) => new_version);
    await reinsertProducts(client, { ...versionsOf(putBack), new_versions: newVersions }, stamp);
  }
  const keys = [...new Set([...takeAway, ...restore, ...putBack].map(({ key }) => key))];
  if (keys.length === 0) return;
  const delta = counts.created - counts.deleted - (simple.revive.length - simple.remove.length);
  await noteChanged(client, { changeset_id: stamp.changeset_id, keys, rows: keys.length, delta });
}

const listsOf = (items: readonly { key: string; id: number }[]) => ({
  count: items.length,
  keys: items.map(({ key }) => key),
  ids: items.map(({ id }) => id),
});

const versionsOf = (items: readonly { key: string; id: number; version: number }[]) => ({
  ...listsOf(items),
  versions: items.map(({ version }) => version),
  tids: null,
});
