// All profiles that an import can select. Their texts are read again only if a profile has changed.
import type { Queryable } from "../db/connection/connect.ts";
import { builtInProfiles, BUILT_IN_VERSION } from "./built-in.ts";
import { profileKey } from "./profile-key.ts";
import type { KnownProfile } from "./select/select-profile.ts";
import { listVersions, readAllStored } from "./store.ts";
import { readUses } from "./use-store.ts";

interface Cached {
  /** Ids and versions of the stored profiles, which identify their texts. */
  state: string;
  profiles: (Omit<KnownProfile, "seen_columns"> & { key: string })[];
}

const caches = new WeakMap<Queryable, Cached>();

/** @param db the pool of the process. The cache belongs to it */
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
    ...stored.map(({ id, key, name, version, definition }) => ({ id, key, name, version, definition, built_in: false })),
    ...builtInProfiles()
      .filter(({ key }) => !keys.has(key))
      .map((profile) => ({ ...profile, id: null, version: BUILT_IN_VERSION, built_in: true })),
  ];
}

/** Returns one profile; undefined if there is none with this name. */
export async function readKnownProfile(db: Queryable, key: string): Promise<KnownProfile | undefined> {
  const known = await readKnownProfiles(db);
  return known.find(({ name }) => profileKey(name) === key);
}
