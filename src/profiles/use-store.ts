// SQL of the last use of each profile.
import type { GivenOptions } from "../../contract/imports/imports.ts";
import type { Queryable } from "../db/connection/connect.ts";
import type { UsedProfile } from "./choose-profile.ts";

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

/** An import with a profile, and the names of the columns of its file. */
export interface ProfiledImport {
  profile: UsedProfile;
  options: Pick<GivenOptions, "on_new_column">;
  columns: string[];
}

/** @returns undefined if the import has no profile or no columns */
export async function readProfiledImport(db: Queryable, importId: number): Promise<ProfiledImport | undefined> {
  const { rows } = await db.query<ProfiledImport>(
    `select profile, options, (select json_agg(c->>'name') from jsonb_array_elements(columns) c) as columns
     from imports where id = $1 and profile is not null and jsonb_array_length(columns) > 0`,
    [importId],
  );
  return rows[0];
}

/** Stores the last use of a profile, unless a later import has already used it. */
export async function storeUse(
  db: Queryable,
  key: string,
  { import_id, columns }: Pick<ProfileUse, "import_id" | "columns">,
): Promise<void> {
  await db.query(
    `insert into profile_uses (name_key, import_id, columns) values ($1, $2, $3)
     on conflict (name_key) do update set used_at = now(), import_id = excluded.import_id, columns = excluded.columns
     where profile_uses.import_id < excluded.import_id`,
    [key, import_id, JSON.stringify(columns)],
  );
}
