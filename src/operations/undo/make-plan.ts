// What an undo does to the products of a chunk: a look at all of them, a closer one at some, and the writes that follow.
import { textsAt } from "../../db/binary/binary-array.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { Chunk } from "../chunk-store.ts";
import { lookAtChunk, type Looked, type Verdict } from "./classify.ts";
import { decideCloser } from "./resolve-moved.ts";
import { readLiveByKeys } from "./moved-store.ts";
import { emptyPlan, type Policy, type UndoPlan } from "./plan.ts";

/** `with_tids`: also where the products lie; see `hasTids`. */
export async function planUndo(
  db: Queryable,
  chunk: Chunk,
  policy: Policy,
  withTids: boolean,
): Promise<{ plan: UndoPlan; looked: Looked }> {
  const looked = await lookAtChunk(db, chunk, withTids);
  const { verdicts } = looked;
  const plan = emptyPlan();
  const changed: number[] = [];
  const closer: number[] = [];
  verdicts.forEach((verdict, i) => {
    if (verdict === "closer") closer.push(i);
    else if (verdict === "same") plan.counts.unchanged++;
    else {
      const isConflict = OVERWRITING.has(verdict);
      if (isConflict) changed.push(i);
      if (isConflict && policy === "keep") plan.counts.kept++;
      else addWrite(plan, i, verdict);
    }
  });
  await addConflicts(db, plan, chunk, changed, verdicts, policy);
  if (closer.length > 0) await decideCloser(db, plan, chunk, closer, policy);
  return { plan, looked };
}

const OVERWRITING: ReadonlySet<Verdict> = new Set(["changed_restore", "changed_remove", "renamed_remove"]);

function addWrite({ simple, counts }: UndoPlan, i: number, verdict: Verdict): void {
  if (verdict === "restore" || verdict === "changed_restore") {
    simple.restore.push(i);
    counts.updated++;
  } else if (verdict === "revive") {
    simple.revive.push(i);
    counts.created++;
  } else {
    simple.remove.push(i);
    counts.deleted++;
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
  const keys = textsAt(chunk.keys, positions);
  const renamed = new Set(keys.filter((_, at) => verdicts[positions[at] as number] === "renamed_remove"));
  const found = await readLiveByKeys(db, keys);
  for (const { sku_key, sku, id, changed_in, changed_at } of found) {
    const conflict = renamed.has(sku_key) ? "renamed" : "changed";
    plan.conflicts.push({ sku_key, sku, id, conflict, changed_in, changed_at, overwritten: policy === "overwrite" });
  }
}
