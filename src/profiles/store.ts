// SQL of profiles and their versions.
import type { Queryable } from "../db/connection/connect.ts";
import type { ProfileDefinition } from "../../contract/profiles/profile.ts";
import type { ProfileVersion } from "../../contract/profiles/profiles.ts";

/** A stored profile with the text of its current version. */
export interface StoredProfile {
  id: number;
  key: string;
  name: string;
  version: number;
  tests_count: number;
  tests_failed: number | null;
  created_at: string;
  updated_at: string;
  definition: ProfileDefinition;
}

const PROFILE = `
  p.id, p.name_key as key, p.name, p.version, p.tests_count, p.tests_failed, p.created_at, p.updated_at, v.definition
  from profiles p join profile_versions v on v.profile_id = p.id and v.version = p.version`;

export async function listStored(db: Queryable, after: string, limit: number): Promise<StoredProfile[]> {
  const { rows } = await db.query<StoredProfile>(
    `select ${PROFILE} where p.name_key collate "C" > $1 order by p.name_key collate "C" limit $2`,
    [after, limit],
  );
  return rows;
}

export async function readStored(db: Queryable, key: string): Promise<StoredProfile | undefined> {
  const { rows } = await db.query<StoredProfile>(`select ${PROFILE} where p.name_key = $1`, [key]);
  return rows[0];
}

/** Returns which of the keys belong to stored profiles. */
export async function storedKeys(db: Queryable, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ name_key: string }>(
    "select name_key from profiles where name_key = any($1::text[])",
    [keys],
  );
  return new Set(rows.map(({ name_key }) => name_key));
}

/** Returns the id and version of every profile. Together, they identify the text of a profile. */
export async function listVersions(db: Queryable): Promise<{ id: number; version: number }[]> {
  const { rows } = await db.query<{ id: number; version: number }>("select id, version from profiles order by id");
  return rows;
}

export async function readAllStored(db: Queryable): Promise<StoredProfile[]> {
  const { rows } = await db.query<StoredProfile>(`select ${PROFILE} order by p.id`);
  return rows;
}

export async function countStored(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>("select count(*) from profiles");
  return rows[0]?.count ?? 0;
}

/** Serialises the changes of all profiles until the end of the transaction. Profiles change rarely. */
export async function lockProfiles(db: Queryable): Promise<void> {
  await db.query("lock table profiles in share row exclusive mode");
}

export interface ProfileText {
  name: string;
  definition: ProfileDefinition;
  actor: string;
  tests_count: number;
  tests_failed: number | null;
}

export async function insertProfile(db: Queryable, key: string, text: ProfileText): Promise<void> {
  const { rows } = await db.query<{ id: number }>(
    "insert into profiles (name_key, name, tests_count, tests_failed) values ($1, $2, $3, $4) returning id",
    [key, text.name, text.tests_count, text.tests_failed],
  );
  await insertVersion(db, (rows[0] as { id: number }).id, 1, text);
}

export async function updateProfile(db: Queryable, id: number, version: number, text: ProfileText): Promise<void> {
  await insertVersion(db, id, version, text);
  await db.query(
    `update profiles set name = $2, version = $3, tests_count = $4, tests_failed = $5, updated_at = now() where id = $1`,
    [id, text.name, version, text.tests_count, text.tests_failed],
  );
}

async function insertVersion(db: Queryable, id: number, version: number, text: ProfileText): Promise<void> {
  await db.query("insert into profile_versions (profile_id, version, definition, actor) values ($1, $2, $3, $4)", [
    id,
    version,
    JSON.stringify(text.definition),
    text.actor,
  ]);
}

/** Stores how many tests failed, unless the profile has changed since they ran. */
export async function noteTests(db: Queryable, id: number, version: number, failed: number): Promise<void> {
  await db.query("update profiles set tests_failed = $3 where id = $1 and version = $2", [id, version, failed]);
}

export async function deleteStored(db: Queryable, id: number, key: string): Promise<void> {
  await db.query("delete from profiles where id = $1", [id]);
  await db.query("delete from profile_uses where name_key = $1", [key]);
}

/** Moves a profile and its last use to `newKey`. First deletes the last use that is stored under `newKey`: that of a built-in profile. */
export async function moveToKey(
  db: Queryable,
  { id, key }: { id: number; key: string },
  newKey: string,
): Promise<void> {
  await db.query("update profiles set name_key = $2 where id = $1", [id, newKey]);
  await db.query("delete from profile_uses where name_key = $1", [newKey]);
  await db.query("update profile_uses set name_key = $2 where name_key = $1", [key, newKey]);
}

export async function listProfileVersions(
  db: Queryable,
  id: number,
  before: number | undefined,
  limit: number,
): Promise<ProfileVersion[]> {
  const { rows } = await db.query<ProfileVersion>(
    `select v.version, v.actor, v.created_at, v.version = p.version as current
     from profile_versions v join profiles p on p.id = v.profile_id
     where v.profile_id = $1 and ($2::bigint is null or v.version < $2) order by v.version desc limit $3`,
    [id, before ?? null, limit],
  );
  return rows;
}

export async function readProfileVersion(
  db: Queryable,
  id: number,
  version: number,
): Promise<(ProfileVersion & { definition: ProfileDefinition }) | undefined> {
  const { rows } = await db.query<ProfileVersion & { definition: ProfileDefinition }>(
    `select v.version, v.actor, v.created_at, v.version = p.version as current, v.definition
     from profile_versions v join profiles p on p.id = v.profile_id where v.profile_id = $1 and v.version = $2`,
    [id, version],
  );
  return rows[0];
}
