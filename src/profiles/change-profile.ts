// Stores, restores and deletes profiles, each in one transaction.
import type pg from "pg";
import { withCertainCommit } from "../db/connection/certain-commit.ts";
import { matchesTag } from "../entity-tags.ts";
import { findBuiltIn } from "./built-in.ts";
import { describeStored } from "./describe-profile.ts";
import { findProfile, findStored } from "./find-profile.ts";
import { profileKey } from "./profile-key.ts";
import { runTests, type MakePreview } from "./tests/run-tests.ts";
import {
  countStored,
  deleteStored,
  insertProfile,
  lockProfiles,
  moveToKey,
  readProfileVersion,
  readStored,
  updateProfile,
  type ProfileText,
  type StoredProfile,
} from "./store.ts";
import { readUses } from "./use-store.ts";
import { invalidRequest } from "../../contract/faults.ts";
import { Problem } from "../../contract/problems.ts";
import { profileEtag } from "../../contract/profiles/profile-names.ts";
import { new_profile_name, type ProfileDefinition } from "../../contract/profiles/profile.ts";
import type { Profile, ProfileTestResult } from "../../contract/profiles/profiles.ts";
import { because } from "../../contract/problem-reasons.ts";

/** Maximum number of stored profiles. Every import compares its columns with all of them. */
const MAX_PROFILES = 1000;

export interface Preconditions {
  if_match: string | undefined;
  if_none_match?: string | undefined;
}

export interface Change {
  name: string;
  definition: ProfileDefinition;
  actor: string;
  /** Whether to store the profile even if one of its tests fails. */
  confirm: boolean;
  preconditions: Preconditions;
}

/** Creates or replaces a profile. */
export async function putProfile(
  pool: pg.Pool,
  change: Change,
  makePreview?: MakePreview,
): Promise<{ created: boolean; profile: Profile }> {
  const key = profileKey(change.name);
  // Check the preconditions before the tests run, and again while no other request can change the profile.
  const before = await readStored(pool, key);
  checkPreconditions(change, before);
  if (before === undefined) checkNewName(change.name);
  const text = await checkedText(change, makePreview);
  const created = await withCertainCommit(pool, async (client) => {
    await lockProfiles(client);
    const before = await readStored(client, key);
    checkPreconditions(change, before);
    if (before === undefined) await addProfile(client, key, text);
    else if (!isSameText(before, text)) await updateProfile(client, before.id, before.version + 1, text);
    return before === undefined;
  });
  return { created, profile: await findProfile(pool, change.name) };
}

/** Stores the text of an older version as a new version. */
export async function restoreVersion(
  pool: pg.Pool,
  version: number,
  change: Omit<Change, "definition">,
  makePreview?: MakePreview,
): Promise<Profile> {
  const { id, name } = await findStored(pool, change.name);
  const found = await readProfileVersion(pool, id, version);
  if (found === undefined) throw noSuchVersion(name, version);
  const definition = { ...found.definition, profile: name };
  const { profile } = await putProfile(pool, { ...change, definition }, makePreview);
  return profile;
}

/** Renames a profile. Its versions and its last use stay with it. */
export async function renameProfile(
  pool: pg.Pool,
  newName: string,
  { name, actor, preconditions }: Pick<Change, "name" | "actor" | "preconditions">,
): Promise<Profile> {
  const newKey = profileKey(newName);
  await withCertainCommit(pool, async (client) => {
    await lockProfiles(client);
    const stored = await findStored(client, name);
    checkPreconditions({ name, preconditions }, stored);
    const other = await readStored(client, newKey);
    if (other !== undefined && other.id !== stored.id)
      throw new Problem("profile-exists", `There is already a profile "${other.name}". Choose another name.`, {
        extra: because("profile-named", { name: other.name }),
      });
    if (stored.name === newName) return;
    const { definition, tests_count, tests_failed } = stored;
    const text = { name: newName, definition: { ...definition, profile: newName }, actor, tests_count, tests_failed };
    await updateProfile(client, stored.id, stored.version + 1, text);
    if (newKey !== stored.key) await moveToKey(client, stored, newKey);
  });
  return findProfile(pool, newName);
}

export const noSuchVersion = (name: string, version: number): Problem =>
  new Problem("not-found", `The profile "${name}" has no version ${version}.`);

/** Deletes a profile with its versions and returns it. */
export async function deleteProfile(pool: pg.Pool, name: string, preconditions: Preconditions): Promise<Profile> {
  return withCertainCommit(pool, async (client) => {
    await lockProfiles(client);
    const stored = await findStored(client, name);
    checkPreconditions({ name, preconditions }, stored);
    const use = (await readUses(client, [stored.key])).get(stored.key);
    await deleteStored(client, stored.id, stored.key);
    return describeStored(stored, use);
  });
}

/** Runs the tests in the new text of a profile. @throws Problem profile-tests-fail with the differences, unless `confirm` is true */
async function checkedText(
  { name, definition, actor, confirm }: Change,
  makePreview?: MakePreview,
): Promise<ProfileText> {
  const results = await runTests(definition, makePreview);
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length > 0 && !confirm) throw testsFail(name, failed);
  return { name, definition, actor, tests_count: results.length, tests_failed: failed.length };
}

function testsFail(name: string, failed: ProfileTestResult[]): Problem {
  const [first] = failed[0]?.differences ?? [];
  const example =
    first === undefined
      ? ""
      : ` In ${failed[0]?.name ?? ""}, ${first.sku === null ? "" : `${first.sku}: `}${first.member} is ${first.actual ?? "missing"} instead of ${first.expected ?? "missing"}.`;
  return new Problem(
    "profile-tests-fail",
    `${failed.length === 1 ? "A test" : `${failed.length} tests`} of the profile "${name}" would fail.${example} Correct the profile or its tests, or store it with confirm=true (--confirm on the command line).`,
    { extra: { tests: failed } },
  );
}

async function addProfile(client: pg.PoolClient, key: string, text: ProfileText): Promise<void> {
  if ((await countStored(client)) >= MAX_PROFILES)
    throw new Problem(
      "limit-reached",
      `Limit reached: there are already ${MAX_PROFILES} profiles. Delete a profile before you add another.`,
    );
  await insertProfile(client, key, text);
}

/** @throws Problem invalid-request if a new profile cannot have the name */
function checkNewName(name: string): void {
  const parsed = new_profile_name.safeParse(name);
  if (parsed.success) return;
  throw invalidRequest(parsed.error.issues.map(({ message }) => ({ pointer: "/params/name", detail: message })));
}

const isSameText = (before: StoredProfile, text: ProfileText): boolean =>
  before.name === text.name && JSON.stringify(before.definition) === JSON.stringify(text.definition);

/** @throws Problem profile-changed with the current version if a precondition does not hold */
function checkPreconditions(
  { name, preconditions }: Pick<Change, "name" | "preconditions">,
  stored: StoredProfile | undefined,
): void {
  const { if_match, if_none_match } = preconditions;
  const etag = stored === undefined ? builtInTag(name) : profileEtag(stored);
  const holds =
    (if_match === undefined || matchesTag(if_match, "if-match", etag, false)) &&
    (if_none_match === undefined || !matchesTag(if_none_match, "if-none-match", etag, true));
  if (holds) return;
  throw new Problem(
    "profile-changed",
    etag === undefined
      ? `There is no profile "${name}".`
      : stored === undefined
        ? `There is already a built-in profile "${name}". Choose another name, or store the profile with If-Match: ${etag} to use it instead of the built-in one.`
        : `The profile "${name}" was created or changed by another request. Its ETag is now ${etag}. Read the profile again, and repeat your change if it is still needed.`,
    { extra: { version: stored?.version ?? null } },
  );
}

const builtInTag = (name: string): string | undefined =>
  findBuiltIn(name) === undefined ? undefined : profileEtag({ id: null, version: 1 });
