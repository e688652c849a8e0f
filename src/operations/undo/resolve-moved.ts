// Decides about products that a first look could not: brings the facts of each together and adds what follows to the plan.
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

/** A product of the changeset, and all that is known of it. */
interface Subject {
  id: number;
  facts: Omit<Facts, "is_key_taken">;
  /** The version that the changeset ended; undefined = it created the product. */
  ended: Version | undefined;
  live: Live | undefined;
  deletion: Version | undefined;
  /** The product that has the key this one had before. */
  occupant: Live | undefined;
}

export async function decideCloser(
  db: Queryable,
  plan: UndoPlan,
  chunk: Chunk,
  positions: readonly number[],
  policy: Policy,
): Promise<void> {
  const subjects = await readSubjects(db, chunk, positions);
  const decisions = decideAll(subjects, new Set(numbersAt(chunk.ids, plan.simple.remove)), policy);
  subjects.forEach((subject, i) => {
    addDecision(plan, subject, decisions[i] as Decision, policy);
  });
}

async function readSubjects(db: Queryable, chunk: Chunk, positions: readonly number[]): Promise<Subject[]> {
  const keys = textsAt(chunk.keys, positions);
  const ids = numbersAt(chunk.ids, positions);
  const ended =
    chunk.source === "created" ? [] : await readVersions(db, keys, ids, numbersAt(chunk.versions, positions));
  const live = byId(await readLiveByIds(db, ids));
  const gone = ids.filter((id) => !live.has(id));
  const deletions = byId(gone.length === 0 ? [] : await readLastDeletions(db, gone));
  const made = ended.filter(({ deleted }) => !deleted);
  const following = byId(
    await readVersions(
      db,
      made.map(({ sku_key, renamed_to }) => renamed_to ?? sku_key),
      made.map(({ id }) => id),
      made.map(({ version }) => version + 1),
    ),
  );
  const occupants = new Map((await readLiveByKeys(db, keys)).map((product) => [product.sku_key, product]));
  const endedByPlace = new Map(ended.map((version) => [placeOf(version.sku_key, version.id), version]));
  return positions.map((_, at) => {
    const [key, id] = [keys[at] as string, ids[at] as number];
    const version = endedByPlace.get(placeOf(key, id));
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
const placeOf = (key: string, id: number): string => `${id} ${key}`;

function factsOf(
  chunk: Chunk,
  key: string,
  ended: Version | undefined,
  now: Live | undefined,
  following: Version | undefined,
): Subject["facts"] {
  if (chunk.source === "created") {
    // It was there a moment ago, under this key: either it has gone or moved since, or all of it is to be looked at again.
    if (now?.sku_key === key) throw new ConcurrentChange(`${key} came back meanwhile`);
    return { before: undefined, after: { sku_key: key, digest: "" }, now };
  }
  if (ended === undefined) throw new Error(`a version of ${key} is no longer in the history`);
  const before = ended.was_deleted ? undefined : ended;
  if (ended.deleted) return { before, after: undefined, now };
  // Where nobody has ended the version that the changeset made, it is the one that is live.
  const after = following ?? (now?.version === ended.version + 1 ? now : undefined);
  const afterKey = ended.renamed_to ?? ended.sku_key;
  return { before, after: { sku_key: afterKey, digest: after?.digest ?? "" }, now };
}

/** Products may leave keys to one another. Who leaves is first taken for granted, then without those that turn out to stay,
 * until nothing changes any more. */
function decideAll(subjects: readonly Subject[], takenAway: ReadonlySet<number>, policy: Policy): Decision[] {
  let leaving: ReadonlySet<number> = new Set([...takenAway, ...subjects.map(({ id }) => id)]);
  for (;;) {
    const among = leaving;
    const decisions = subjects.map(({ facts, occupant }) => {
      const isKeyTaken = facts.before !== undefined && occupant !== undefined && !among.has(occupant.id);
      return decide({ ...facts, is_key_taken: isKeyTaken }, policy);
    });
    const stays = (i: number): boolean => !["move", "remove"].includes((decisions[i] as Decision).action);
    const staying = subjects.filter((subject, i) => stays(i) && leaving.has(subject.id) && !takenAway.has(subject.id));
    if (staying.length === 0) return decisions;
    leaving = new Set([...leaving].filter((id) => !staying.some((subject) => subject.id === id)));
  }
}

function addDecision(plan: UndoPlan, subject: Subject, { action, conflict, evict }: Decision, policy: Policy): void {
  const { id, ended, live, deletion, occupant } = subject;
  if (conflict !== undefined) addConflict(plan, subject, conflict, policy);
  if (evict === true && occupant !== undefined) {
    plan.takeAway.push({ key: occupant.sku_key, id: occupant.id, live_version: occupant.version, renamed_to: null });
    plan.counts.deleted++;
    plan.counts.more++;
  }
  if (action === "none") plan.counts.unchanged++;
  else if (action === "keep") plan.counts.kept++;
  else if (action === "remove" && live !== undefined) {
    plan.takeAway.push({ key: live.sku_key, id, live_version: live.version, renamed_to: null });
    plan.counts.deleted++;
  } else if (action === "restore" && live !== undefined && ended !== undefined) {
    plan.restore.push({ key: live.sku_key, id, live_version: live.version, version: ended.version });
    plan.counts.updated++;
  } else if (action === "move" && live !== undefined && ended !== undefined) {
    const { sku_key: key, version } = ended;
    plan.takeAway.push({ key: live.sku_key, id, live_version: live.version, renamed_to: key });
    plan.putBack.push({ key, id, version, new_version: live.version + 1 });
    plan.counts.updated++;
  } else if (action === "revive" && deletion !== undefined && ended !== undefined) {
    const { sku_key: key, version } = ended;
    const renamedTo = deletion.sku_key === key ? null : key;
    plan.keepDeletion.push({ key: deletion.sku_key, id, version: deletion.version, renamed_to: renamedTo });
    // The deletion itself was the version in between.
    plan.putBack.push({ key, id, version, new_version: deletion.version + 2 });
    plan.counts.created++;
  } else throw new ConcurrentChange(`product ${id} was changed while it was looked at`);
}

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
    throw new ConcurrentChange(`product ${id} was changed while it was looked at`);
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
