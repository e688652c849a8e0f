// Makes the plan of an undo for a chunk: classifies all products, decides about those classified as "moved", and collects writes and
// conflicts.
import { textsAt } from "../../db/binary/binary-array.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { Chunk } from "../chunk-store.ts";
import { classifyChunk, type Classification, type Verdict } from "./classify.ts";
import { resolveMoved } from "./resolve-moved.ts";
import { readLiveByKeys } from "./moved-store.ts";
import { emptyPlan, type Policy, type UndoPlan } from "./plan.ts";

/** @param withTids whether to return the physical addresses of the products; see `hasTids` */
export async function planUndo(
  db: Queryable,
  chunk: Chunk,
  policy: Policy,
  withTids: boolean,
): Promise<{ plan: UndoPlan; classification: Classification }> {
  const classification = await classifyChunk(db, chunk, withTids);
  const plan = emptyPlan();
  const conflicts: ConflictAt[] = [];
  const moved: number[] = [];
  classification.verdicts.forEach((verdict, index) => {
    const conflict = CONFLICTS[verdict];
    if (conflict !== undefined) conflicts.push({ index, conflict });
    if (verdict === "moved") moved.push(index);
    else if (verdict === "same") plan.counts.unchanged++;
    else if (conflict !== undefined && policy === "keep") plan.counts.kept++;
    else addWrite(plan, index, verdict);
  });
  await addConflicts(db, plan, chunk, conflicts, policy);
  if (moved.length > 0) await resolveMoved(db, plan, chunk, moved, policy);
  return { plan, classification };
}

interface ConflictAt {
  index: number;
  conflict: "changed" | "renamed";
}

const CONFLICTS: Record<Verdict, ConflictAt["conflict"] | undefined> = {
  restore: undefined,
  revive: undefined,
  delete: undefined,
  same: undefined,
  changed_restore: "changed",
  changed_delete: "changed",
  renamed_delete: "renamed",
  moved: undefined,
};

function addWrite({ in_place, counts }: UndoPlan, index: number, verdict: Exclude<Verdict, "moved" | "same">): void {
  switch (verdict) {
    case "restore":
    case "changed_restore":
      in_place.restores.push(index);
      counts.updated++;
      break;
    case "revive":
      in_place.revivals.push(index);
      counts.created++;
      break;
    case "delete":
    case "changed_delete":
    case "renamed_delete":
      in_place.deletes.push(index);
      counts.deleted++;
      break;
  }
}

/** Reads which changeset changed each of the products, for the list of conflicts. */
async function addConflicts(
  db: Queryable,
  plan: UndoPlan,
  chunk: Chunk,
  conflicts: readonly ConflictAt[],
  policy: Policy,
): Promise<void> {
  if (conflicts.length === 0) return;
  const keys = textsAt(
    chunk.keys,
    conflicts.map(({ index }) => index),
  );
  const conflictOf = new Map(keys.map((key, i) => [key, (conflicts[i] as ConflictAt).conflict]));
  for (const { sku_key, sku, id, changed_in, changed_at } of await readLiveByKeys(db, keys)) {
    const conflict = conflictOf.get(sku_key) ?? "changed";
    plan.conflicts.push({ sku_key, sku, id, conflict, changed_in, changed_at, overwritten: policy === "overwrite" });
  }
}
