// Finds profiles: a stored profile precedes the built-in one with the same name.
import type { Queryable } from "../db/connection/connect.ts";
import { builtInProfiles, compareKeys, findBuiltIn, type BuiltInProfile } from "./built-in.ts";
import { describeBuiltIn, describeStored, listedBuiltIn, listedStored } from "./describe-profile.ts";
import { profileKey } from "./profile-key.ts";
import { listStored, readStored, storedKeys, type StoredProfile } from "./store.ts";
import { readUses } from "./use-store.ts";
import { Problem } from "../../contract/problems.ts";
import type { ListedProfile, Profile } from "../../contract/profiles/profiles.ts";

/** Reads a profile. @throws Problem not-found */
export async function findProfile(db: Queryable, name: string): Promise<Profile> {
  const key = profileKey(name);
  const stored = await readStored(db, key);
  const use = (await readUses(db, [key])).get(key);
  if (stored !== undefined) return describeStored(stored, use);
  const builtIn = findBuiltIn(name);
  if (builtIn === undefined) throw noSuchProfile(name);
  return describeBuiltIn(builtIn, use);
}

/** Reads a stored profile. @throws Problem not-found; built-in-profile if only a built-in profile has the name */
export async function findStored(db: Queryable, name: string): Promise<StoredProfile> {
  const stored = await readStored(db, profileKey(name));
  if (stored !== undefined) return stored;
  const builtIn = findBuiltIn(name);
  if (builtIn === undefined) throw noSuchProfile(name);
  throw new Problem(
    "built-in-profile",
    `The profile "${builtIn.name}" is part of Skuport: it has no versions and cannot be deleted. To use another text, store a profile under this name or a new one.`,
  );
}

export const noSuchProfile = (name: string): Problem => new Problem("not-found", `There is no profile "${name}".`);

/** A profile of the list, with the key by which the list is ordered. */
export type KeyedProfile = ListedProfile & { key: string };

/** Returns up to `limit` profiles whose keys follow `after`, in the order of their keys. */
export async function listProfiles(db: Queryable, after: string, limit: number): Promise<KeyedProfile[]> {
  const stored = await listStored(db, after, limit);
  const builtIn = await visibleBuiltIns(db, after);
  const uses = await readUses(
    db,
    [...stored, ...builtIn].map(({ key }) => key),
  );
  return [
    ...stored.map((profile) => ({ ...listedStored(profile, uses.get(profile.key)), key: profile.key })),
    ...builtIn.map((profile) => ({ ...listedBuiltIn(profile, uses.get(profile.key)), key: profile.key })),
  ]
    .sort((a, b) => compareKeys(a.key, b.key))
    .slice(0, limit);
}

/** The built-in profiles whose names no stored profile has. */
async function visibleBuiltIns(db: Queryable, after: string): Promise<BuiltInProfile[]> {
  const later = builtInProfiles().filter(({ key }) => compareKeys(key, after) > 0);
  const replaced = await storedKeys(
    db,
    later.map(({ key }) => key),
  );
  return later.filter(({ key }) => !replaced.has(key));
}
