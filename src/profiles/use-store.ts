// SQL of the last use of each profile.
import type { Queryable } from "../db/connection/connect.ts";

export interface ProfileUse {
  used_at: string;
  import_id: number;
  columns: string[];
}

export async function readUses(db: Queryable, keys: readonly string[]): Promise<Map<string, ProfileUse>> {
  const { rows } = await db.query<ProfileUse & { name_key: string }>(
    "select name_key, used_at, import_id, columns from profile_uses where name_key = any($1::text[])",
    [keys],
  );
  return new Map(rows.map(({ name_key, ...use }) => [name_key, use]));
}

/** Records that an import used the profile for a file with these columns. */
export async function noteUse(db: Queryable, key: string, importId: number, columns: readonly string[]): Promise<void> {
  await db.query(
    `insert into profile_uses (name_key, import_id, columns) values ($1, $2, $3)
     on conflict (name_key) do update set used_at = now(), import_id = excluded.import_id, columns = excluded.columns
     where profile_uses.import_id < excluded.import_id`,
    [key, importId, JSON.stringify(columns)],
  );
}
