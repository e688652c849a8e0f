// All profiles that an import can select. Their texts are read again only if a profile has changed.
import type { Queryable } from "../db/connection/connect.ts";
import { builtInProfiles, BUILT_IN_VERSION } from "./built-in.ts";
import { isSwitchedOff, type UsedProfile } from "./choose-profile.ts";
import { profileKey } from "./profile-key.ts";
import type { KnownProfile } from "./select/select-profile.ts";
import { listVersions, readAllStored } from "./store.ts";
import { readUses } from "./use-store.ts";
import type { GivenOptions } from "../../contract/imports/imports.ts";
import { Problem } from "../../contract/problems.ts";

interface Cached {
  /** Ids and versions of the stored profiles. Together, they identify the texts of the profiles. */
  state: string;
  profiles: (Omit<KnownProfile, "seen_columns"> & { key: string })[];
}

const caches = new WeakMap<Queryable, Cached>();

/** @param db the pool of the process. Each pool has its own cache of profiles */
export async function readKnownProfiles(db: Queryable): Promise<KnownProfile[]> {
  const state = JSON.stringify(await listVersions(db));
  let cached = caches.get(db);
  if (cached?.state !== state) {
    cached = { state, profiles: await readTexts(db) };
    caches.set(db, cached);
  }
  const uses = await readUses(
    db,
    cached.profiles.map(({ key }) => key),
  );
  return cached.profiles.map(({ key, ...profile }) => ({ ...profile, seen_columns: uses.get(key)?.columns ?? null }));
}

async function readTexts(db: Queryable): Promise<Cached["profiles"]> {
  const stored = await readAllStored(db);
  const keys = new Set(stored.map(({ key }) => key));
  return [
    ...stored.map(({ key, name, version, definition }) => ({ key, name, version, definition, built_in: false })),
    ...builtInProfiles()
      .filter(({ key }) => !keys.has(key))
      .map((profile) => ({ ...profile, version: BUILT_IN_VERSION, built_in: true })),
  ];
}

/** Returns the profile that the options of an import name; null if they name none.
 * @throws Problem no-such-profile; invalid-request if the options also contain a mapping */
export async function readNamedProfile(
  db: Queryable,
  { profile, mapping }: Pick<GivenOptions, "profile" | "mapping">,
): Promise<KnownProfile | null> {
  if (profile === undefined || isSwitchedOff(profile)) return null;
  if (mapping !== undefined)
    throw new Problem(
      "invalid-request",
      "The import has both a profile and a mapping, and the profile already contains a mapping. Send only one of the two.",
    );
  const key = profileKey(profile);
  const named = (await readKnownProfiles(db)).find(({ name }) => profileKey(name) === key);
  if (named !== undefined) return named;
  throw new Problem(
    "no-such-profile",
    `There is no profile "${profile}". To list all profiles, use GET /api/profiles or skuport profile list.`,
  );
}

/** Adds to the profile of an import the columns of the file with which the profile was last used. */
export async function withSeenColumns(db: Queryable, used: UsedProfile): Promise<KnownProfile> {
  const { key, ...profile } = used;
  return { ...profile, seen_columns: (await readUses(db, [key])).get(key)?.columns ?? null };
}
