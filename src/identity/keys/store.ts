// SQL of API keys.
import type { Queryable } from "../../db/connection/connect.ts";
import { hashToken } from "../tokens.ts";
import { shownParts } from "./key-text.ts";
import type { KeyScope } from "../../../contract/identity/identity-rules.ts";
import type { KeyRecord } from "../../../contract/identity/keys.ts";

const RECORD = `
  k.id, k.name, u.name as user, k.prefix, k.last_four, k.scopes, k.created_at, k.expires_at, k.last_used_at, k.revoked_at,
  k.revoked_at is null and k.expires_at > now() and u.disabled_at is null as valid`;

/** Lists the keys of a user, or of all users if `user_id` is undefined, newest first. Local keys are not listed, because every start of the
 * server replaces them. */
export async function listKeys(
  db: Queryable,
  { user_id, before, limit }: { user_id: number | undefined; before: number | undefined; limit: number },
): Promise<KeyRecord[]> {
  const { rows } = await db.query<KeyRecord>(
    `select ${RECORD} from api_keys k join users u on u.id = k.user_id
     where k.local_folder is null and ($1::bigint is null or k.user_id = $1) and ($2::bigint is null or k.id < $2)
     order by k.id desc limit $3`,
    [user_id ?? null, before ?? null, limit],
  );
  return rows;
}

export async function readKey(db: Queryable, id: number): Promise<(KeyRecord & { user_id: number }) | undefined> {
  const { rows } = await db.query<KeyRecord & { user_id: number }>(
    `select ${RECORD}, k.user_id from api_keys k join users u on u.id = k.user_id
     where k.id = $1 and k.local_folder is null`,
    [id],
  );
  return rows[0];
}

/** Counts the keys of the user that are neither revoked nor expired. */
export async function countKeys(db: Queryable, userId: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from api_keys
     where user_id = $1 and local_folder is null and revoked_at is null and expires_at > now()`,
    [userId],
  );
  return rows[0]?.n ?? 0;
}

export interface NewKey {
  user_id: number;
  name: string;
  key: string;
  scopes: readonly KeyScope[];
  days: number;
}

export async function insertKey(db: Queryable, { user_id, name, key, scopes, days }: NewKey): Promise<number> {
  const { prefix, last_four } = shownParts(key);
  const { rows } = await db.query<{ id: number }>(
    `insert into api_keys (user_id, name, key_hash, prefix, last_four, scopes, expires_at)
     values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7)) returning id`,
    [user_id, name, hashToken(key), prefix, last_four, scopes, days],
  );
  return (rows[0] as { id: number }).id;
}

export async function markRevoked(db: Queryable, id: number): Promise<void> {
  await db.query("update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1", [id]);
}

/** Revokes all keys of the user that are neither revoked nor expired.
 * @returns how many */
export async function revokeKeys(db: Queryable, userId: number): Promise<number> {
  const { rowCount } = await db.query(
    `update api_keys set revoked_at = now()
     where user_id = $1 and local_folder is null and revoked_at is null and expires_at > now()`,
    [userId],
  );
  return rowCount ?? 0;
}

/** Stores the key of a data folder, in place of the folder's earlier key. */
export async function storeLocalKey(db: Queryable, userId: number, folder: string, key: string): Promise<void> {
  const { prefix, last_four } = shownParts(key);
  await db.query(
    `insert into api_keys (user_id, name, key_hash, prefix, last_four, scopes, local_folder, expires_at)
     values ($1, 'local', $2, $3, $4, '{read,edit,import,manage}', $5, now() + make_interval(days => $6))
     on conflict (local_folder) do update
     set user_id = excluded.user_id, key_hash = excluded.key_hash, prefix = excluded.prefix, last_four = excluded.last_four,
         created_at = excluded.created_at, expires_at = excluded.expires_at, revoked_at = null`,
    [userId, hashToken(key), prefix, last_four, folder, LOCAL_KEY_DAYS],
  );
}

/** A running server renews its local key. The key of a server that was killed, such as that of a deleted container, expires. */
const LOCAL_KEY_DAYS = 7;

export async function renewLocalKey(db: Queryable, key: string): Promise<void> {
  await db.query(
    "update api_keys set expires_at = now() + make_interval(days => $2) where key_hash = $1 and local_folder is not null",
    [hashToken(key), LOCAL_KEY_DAYS],
  );
}

/** Deletes the key of a data folder, unless another process has already replaced it. */
export async function deleteLocalKey(db: Queryable, key: string): Promise<void> {
  await db.query("delete from api_keys where key_hash = $1 and local_folder is not null", [hashToken(key)]);
}
