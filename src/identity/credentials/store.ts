// SQL that finds out to whom the token of a session or an API key belongs.
import type { Queryable } from "../../db/connection/connect.ts";
import { SESSION_IS_OPEN } from "../sessions/store.ts";
import type { KeyScope, Role } from "../../../contract/identity/identity-rules.ts";

interface Owner {
  user_id: number;
  user: string;
  role: Role;
  has_password: boolean;
  has_second_factor: boolean;
  single_sign_on: boolean;
}

export interface SessionCredential extends Owner {
  kind: "session";
  id: number;
  signed_in_at: string;
}

export interface KeyCredential extends Owner {
  kind: "key" | "local";
  id: number;
  name: string;
  scopes: KeyScope[];
}

export type Credential = SessionCredential | KeyCredential;

/** The use of a credential is recorded at most this often, so that not every request writes. */
const USE_MINUTES = 1;

const OWNER = `u.id as user_id, u.name as user, u.role, u.password_hash is not null as has_password,
  u.totp_secret is not null as has_second_factor, u.issuer is not null as single_sign_on`;

/** Condition for a valid key `k` of the user `u`. A local key does not depend on its owner. */
const KEY_IS_VALID = `k.revoked_at is null and k.expires_at > now()
  and (k.local_folder is not null or u.disabled_at is null)`;

/** Finds the open session of an enabled user. */
export async function findSession(db: Queryable, tokenHash: Buffer): Promise<SessionCredential | undefined> {
  const { rows } = await db.query<SessionCredential>(
    `select 'session' as kind, s.id, s.signed_in_at, ${OWNER}
     from sessions s join users u on u.id = s.user_id
     where s.token_hash = $1 and ${SESSION_IS_OPEN} and u.disabled_at is null`,
    [tokenHash],
  );
  return rows[0];
}

/** Finds the valid API key of an enabled user, or a local key. A program that can read the file of a local key can also read the database, so
 * the key has the role `admin` whatever the role of its owner is. */
export async function findKey(db: Queryable, keyHash: Buffer): Promise<KeyCredential | undefined> {
  const { rows } = await db.query<KeyCredential>(
    `select case when k.local_folder is null then 'key' else 'local' end as kind, k.id, k.name, k.scopes, ${OWNER}
     from api_keys k join users u on u.id = k.user_id
     where k.key_hash = $1 and ${KEY_IS_VALID}`,
    [keyHash],
  );
  const [found] = rows;
  return found?.kind === "local" ? { ...found, role: "admin" } : found;
}

/** Returns the present roles of the users to whom these sessions and keys belong. Credentials that are no longer valid are omitted. */
export async function readRoles(
  db: Queryable,
  { session_ids, key_ids }: { session_ids: readonly number[]; key_ids: readonly number[] },
): Promise<{ kind: "session" | "key"; id: number; role: Role }[]> {
  const { rows } = await db.query<{ kind: "session" | "key"; id: number; role: Role }>(
    `select 'session' as kind, s.id, u.role from sessions s join users u on u.id = s.user_id
     where s.id = any($1::bigint[]) and ${SESSION_IS_OPEN} and u.disabled_at is null
     union all
     select 'key', k.id, case when k.local_folder is null then u.role else 'admin' end
     from api_keys k join users u on u.id = k.user_id
     where k.id = any($2::bigint[]) and ${KEY_IS_VALID}`,
    [session_ids, key_ids],
  );
  return rows;
}

/** Records that the session was used, unless that was recorded a short time ago. */
export async function noteSessionUse(db: Queryable, id: number, address: string): Promise<void> {
  await db.query(
    `update sessions set last_used_at = now(), address = $2
     where id = $1 and last_used_at < now() - make_interval(mins => $3)`,
    [id, address, USE_MINUTES],
  );
}

export async function noteKeyUse(db: Queryable, id: number): Promise<void> {
  await db.query(
    `update api_keys set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - make_interval(mins => $2))`,
    [id, USE_MINUTES],
  );
}
