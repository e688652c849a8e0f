// What an undo does to the products of a chunk: a look at all of them, a closer one at some, and the writes that follow.
import type { Queryable } from "../../db/connect.ts";
import type { Chunk } from "../chunk-store.ts";
import { lookAtChunk, type Verdict } from "./look.ts";
import { decideCloser } from "./decide-closer.ts";
import { readLiveByKeys } from "./look-closer.ts";
import { emptyPlan, type Policy, type UndoPlan } from "./undo-plan.ts";

export async function planUndo(db: Queryable, chunk: Chunk, policy: Policy): Promise<UndoPlan> {
  const { verdicts, live_versions } = await lookAtChunk(db, chunk);
  const plan = emptyPlan();
  const changed: number[] = [];
  const closer: number[] = [];
  verdicts.forEach((verdict, i) => {
    if (verdict === "closer") closer.push(i);
    else if (verdict === "same") plan.counts.unchanged++;
    else {
      const is_conflict = OVERWRITING.has(verdict);
      if (is_conflict) changed.push(i);
      if (is_conflict && policy === "keep") plan.counts.kept++;
      else addWrite(plan, chunk, i, verdict, live_versions[i] as number);
    }
  });
  await addConflicts(db, plan, chunk, changed, verdicts, policy);
  if (closer.length > 0) await decideCloser(db, plan, chunk, closer, policy);
  return plan;
}

const OVERWRITING: ReadonlySet<Verdict> = new Set(["changed_restore", "changed_remove", "renamed_remove"]);

function addWrite(plan: UndoPlan, chunk: Chunk, i: number, verdict: Verdict, live_version: number): void {
  const [key, id] = [chunk.keys[i] as string, chunk.ids[i] as number];
  if (verdict === "restore" || verdict === "changed_restore") {
    plan.restore.push({ key, id, live_version, version: chunk.versions[i] as number });
    plan.counts.updated++;
  } else if (verdict === "revive") {
    const version = chunk.versions[i] as number;
    plan.keepDeletion.push({ key, id, version, renamed_to: null });
    // The deletion itself was the version in between.
    plan.putBack.push({ key, id, version, new_version: version + 2 });
    plan.counts.created++;
  } else {
    plan.takeAway.push({ key, id, live_version, renamed_to: null });
    plan.counts.deleted++;
  }
}

/** Who changed the products, for the list of conflicts. */
async function addConflicts(
  db: Queryable,
  plan: UndoPlan,
  chunk: Chunk,
  positions: readonly number[],
  verdicts: readonly Verdict[],
  policy: Policy,
): Promise<void> {
  if (positions.length === 0) return;
  const renamed = new Set(positions.filter((i) => verdicts[i] === "renamed_remove").map((i) => chunk.keys[i]));
  const found = await readLiveByKeys(
    db,
    positions.map((i) => chunk.keys[i] as string),
  );
  for (const { sku_key, sku, id, changed_in, changed_at } of found) {
    const conflict = renamed.has(sku_key) ? "renamed" : "changed";
    plan.conflicts.push({ sku_key, sku, id, conflict, changed_in, changed_at, overwritten: policy === "overwrite" });
  }
}
