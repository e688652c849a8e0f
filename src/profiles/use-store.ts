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

/** Records that a finished import used its profile, and the columns of its file. */
export async function noteUse(db: Queryable, importId: number): Promise<void> {
  await db.query(
    `insert into profile_uses (name_key, import_id, columns)
     select profile->>'key', id, (select json_agg(c->>'name') from jsonb_array_elements(columns) c)
     from imports where id = $1 and profile is not null and jsonb_array_length(columns) > 0
     on conflict (name_key) do update set used_at = now(), import_id = excluded.import_id, columns = excluded.columns
     where profile_uses.import_id < excluded.import_id`,
    [importId],
  );
}
