// One chunk of an undo, inside the caller's transaction.
import type pg from "pg";
import { noteChanged } from "../../catalog/backlog.ts";
import {
  keepDeletions,
  putBackProducts,
  restoreProducts,
  takeAwayProducts,
  type WriteStamp,
} from "../../catalog/take-back.ts";
import { NO_COUNTS, type Chunk, type ChunkCounts } from "../chunk-store.ts";
import { insertConflicts } from "./conflict-store.ts";
import { planUndo } from "./plan-undo.ts";
import type { Policy, UndoPlan } from "./undo-plan.ts";

/** @throws ConcurrentChange */
export async function applyUndo(
  client: pg.ClientBase,
  operation_id: number,
  chunk: Chunk,
  policy: Policy,
  stamp: WriteStamp,
): Promise<ChunkCounts> {
  const plan = await planUndo(client, chunk, policy);
  await writePlan(client, plan, stamp);
  await insertConflicts(client, operation_id, plan.conflicts);
  return { ...NO_COUNTS, ...plan.counts };
}

/** What leaves a key goes first: others may take it. */
async function writePlan(client: pg.ClientBase, plan: UndoPlan, stamp: WriteStamp): Promise<void> {
  const { takeAway, restore, keepDeletion, putBack, counts } = plan;
  if (takeAway.length > 0) {
    const lists = { ...listsOf(takeAway), live_versions: takeAway.map(({ live_version }) => live_version) };
    await takeAwayProducts(client, { ...lists, renamed_to: takeAway.map(({ renamed_to }) => renamed_to) }, stamp);
  }
  if (restore.length > 0) {
    const lists = { ...listsOf(restore), live_versions: restore.map(({ live_version }) => live_version) };
    await restoreProducts(client, { ...lists, versions: restore.map(({ version }) => version) }, stamp);
  }
  if (keepDeletion.length > 0) {
    const lists = { ...listsOf(keepDeletion), versions: keepDeletion.map(({ version }) => version) };
    await keepDeletions(client, { ...lists, renamed_to: keepDeletion.map(({ renamed_to }) => renamed_to) }, stamp);
  }
  if (putBack.length > 0) {
    const lists = { ...listsOf(putBack), versions: putBack.map(({ version }) => version) };
    await putBackProducts(client, { ...lists, new_versions: putBack.map(({ new_version }) => new_version) }, stamp);
  }
  const keys = [...new Set([...takeAway, ...restore, ...putBack].map(({ key }) => key))];
  if (keys.length === 0) return;
  const delta = counts.created - counts.deleted;
  await noteChanged(client, { changeset_id: stamp.changeset_id, keys, rows: keys.length, delta });
}

const listsOf = (items: readonly { key: string; id: number }[]): { keys: string[]; ids: number[] } => ({
  keys: items.map(({ key }) => key),
  ids: items.map(({ id }) => id),
});
