// Decides about the products that `classify.ts` classified as "moved": products that were deleted or renamed, or whose key belongs to
// another product now. Adds the writes for these products to the plan.
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import { numbersAt, textsAt } from "../../db/binary/binary-array.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { Chunk } from "../chunk-store.ts";
import { decide, type Decision, type Facts } from "./decide.ts";
import {
  readLastDeletions,
  readLiveByIds,
  readLiveByKeys,
  readVersions,
  type Live,
  type Version,
} from "./moved-store.ts";
import type { Policy, UndoPlan } from "./plan.ts";

/** A product of the changeset to undo, with the values from which `decide` chooses what the undo does to the product. */
interface Subject {
  id: number;
  facts: Omit<Facts, "is_key_taken">;
  /** The version that the changeset ended; undefined if it created the product. */
  ended: Version | undefined;
  live: Live | undefined;
  deletion: Version | undefined;
  /** Another product that now has the key that this product had before the changeset; undefined if there is none. */
  occupant: Live | undefined;
}

export async function resolveMoved(
  db: Queryable,
  plan: UndoPlan,
  chunk: Chunk,
  indexes: readonly number[],
  policy: Policy,
): Promise<void> {
  const subjects = await readSubjects(db, chunk, indexes);
  const decisions = decideAll(subjects, new Set(numbersAt(chunk.ids, plan.in_place.deletes)), policy);
  subjects.forEach((subject, i) => {
    addDecision(plan, subject, decisions[i] as Decision, policy);
  });
}

async function readSubjects(db: Queryable, chunk: Chunk, indexes: readonly number[]): Promise<Subject[]> {
  const keys = textsAt(chunk.keys, indexes);
  const ids = numbersAt(chunk.ids, indexes);
  const ended = chunk.source === "created" ? [] : await readVersions(db, keys, ids, numbersAt(chunk.versions, indexes));
  const live = byId(await readLiveByIds(db, ids));
  const deleted = ids.filter((id) => !live.has(id));
  const deletions = byId(deleted.length === 0 ? [] : await readLastDeletions(db, deleted));
  const replaced = ended.filter((version) => !version.deleted);
  const following = byId(
    await readVersions(
      db,
      replaced.map(({ sku_key, renamed_to }) => renamed_to ?? sku_key),
      replaced.map(({ id }) => id),
      replaced.map(({ version }) => version + 1),
    ),
  );
  const occupants = new Map((await readLiveByKeys(db, keys)).map((product) => [product.sku_key, product]));
  const endedByName = new Map(ended.map((version) => [nameOf(version.sku_key, version.id), version]));
  return indexes.map((_, at) => {
    const [key, id] = [keys[at] as string, ids[at] as number];
    const version = endedByName.get(nameOf(key, id));
    const now = live.get(id);
    const occupant = occupants.get(key);
    return {
      id,
      facts: factsOf(chunk, key, version, now, following.get(id)),
      ended: version,
      live: now,
      deletion: deletions.get(id),
      occupant: occupant?.id === id ? undefined : occupant,
    };
  });
}

const byId = <T extends { id: number }>(found: readonly T[]): Map<number, T> =>
  new Map(found.map((item) => [item.id, item]));
const nameOf = (key: string, id: number): string => `${id} ${key}`;

function factsOf(
  chunk: Chunk,
  key: string,
  ended: Version | undefined,
  now: Live | undefined,
  following: Version | undefined,
): Subject["facts"] {
  if (chunk.source === "created") {
    // `classify` did not find the product under this key. If the product has the key now, another writer has just restored it, and the
    // chunk must be repeated.
    if (now?.sku_key === key) throw new ConcurrentChange(`${key} was restored meanwhile`);
    return { before: undefined, after: { sku_key: key, digest: "" }, now };
  }
  if (ended === undefined) throw new Error(`a version of ${key} is missing from the history`);
  const before = ended.was_deleted ? undefined : ended;
  if (ended.deleted) return { before, after: undefined, now };
  // If no later changeset ended the version that the changeset made, that version is the live one.
  const after = following ?? (now?.version === ended.version + 1 ? now : undefined);
  const afterKey = ended.renamed_to ?? ended.sku_key;
  return { before, after: { sku_key: afterKey, digest: after?.digest ?? "" }, now };
}

/** Decides all products together, because one product may free the key that another product needs. At first, assumes that every product
 * frees its key. If a product keeps its key, drops the assumption for this product and decides again, until all assumptions hold. */
function decideAll(subjects: readonly Subject[], deletedIds: ReadonlySet<number>, policy: Policy): Decision[] {
  let freeing: ReadonlySet<number> = new Set([...deletedIds, ...subjects.map(({ id }) => id)]);
  for (;;) {
    const current = freeing;
    const decisions = subjects.map(({ facts, occupant }) => {
      const isKeyTaken = facts.before !== undefined && occupant !== undefined && !current.has(occupant.id);
      return decide({ ...facts, is_key_taken: isKeyTaken }, policy);
    });
    const keepsKey = (i: number): boolean => !FREES_KEY[(decisions[i] as Decision).action];
    const keeping = subjects.filter(
      (subject, i) => keepsKey(i) && current.has(subject.id) && !deletedIds.has(subject.id),
    );
    if (keeping.length === 0) return decisions;
    freeing = new Set([...current].filter((id) => !keeping.some((subject) => subject.id === id)));
  }
}

const FREES_KEY: Record<Decision["action"], boolean> = {
  none: false,
  keep: false,
  restore: false,
  move: true,
  revive: false,
  delete: true,
};

function addDecision(plan: UndoPlan, subject: Subject, { action, conflict, evict }: Decision, policy: Policy): void {
  const { occupant } = subject;
  if (conflict !== undefined) addConflict(plan, subject, conflict, policy);
  if (evict === true && occupant !== undefined) {
    plan.deletes.push({ key: occupant.sku_key, id: occupant.id, live_version: occupant.version, renamed_to: null });
    plan.counts.deleted++;
    plan.counts.more++;
  }
  ACTIONS[action](plan, subject);
}

/** For each action, a function that adds its writes and its count to the plan. */
const ACTIONS: Record<Decision["action"], (plan: UndoPlan, subject: Subject) => void> = {
  none({ counts }) {
    counts.unchanged++;
  },
  keep({ counts }) {
    counts.kept++;
  },
  delete(plan, { id, live }) {
    if (live === undefined) throw changedMeanwhile(id);
    plan.deletes.push({ key: live.sku_key, id, live_version: live.version, renamed_to: null });
    plan.counts.deleted++;
  },
  restore(plan, { id, live, ended }) {
    if (live === undefined || ended === undefined) throw changedMeanwhile(id);
    plan.restores.push({ key: live.sku_key, id, live_version: live.version, version: ended.version });
    plan.counts.updated++;
  },
  move(plan, { id, live, ended }) {
    if (live === undefined || ended === undefined) throw changedMeanwhile(id);
    const { sku_key: key, version } = ended;
    plan.deletes.push({ key: live.sku_key, id, live_version: live.version, renamed_to: key });
    plan.reinserts.push({ key, id, version, new_version: live.version + 1 });
    plan.counts.updated++;
  },
  revive(plan, { id, ended, deletion }) {
    if (deletion === undefined || ended === undefined) throw changedMeanwhile(id);
    const { sku_key: key, version } = ended;
    const renamedTo = deletion.sku_key === key ? null : key;
    plan.tombstones.push({ key: deletion.sku_key, id, version: deletion.version, renamed_to: renamedTo });
    // Skip one version number: it belongs to the deletion.
    plan.reinserts.push({ key, id, version, new_version: deletion.version + 2 });
    plan.counts.created++;
  },
};

const changedMeanwhile = (id: number): ConcurrentChange =>
  new ConcurrentChange(`product ${id} was changed while it was read`);

function addConflict(
  plan: UndoPlan,
  { id, ended, live, deletion, occupant }: Subject,
  conflict: NonNullable<Decision["conflict"]>,
  policy: Policy,
): void {
  const by = conflict === "sku_taken" ? occupant : live;
  const changedIn = by?.changed_in ?? deletion?.replaced_in;
  const changedAt = by?.changed_at ?? deletion?.replaced_at;
  const shown = conflict === "sku_taken" ? ended : (live ?? deletion);
  if (changedIn === undefined || changedAt === undefined || shown === undefined) {
    throw changedMeanwhile(id);
  }
  const { sku_key, sku } = shown;
  plan.conflicts.push({
    sku_key,
    sku,
    id,
    conflict,
    changed_in: changedIn,
    changed_at: changedAt,
    overwritten: policy === "overwrite",
  });
}
