// SQL of users.
import type { Queryable } from "../../db/connection/connect.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";
import type { UserRecord } from "../../../contract/identity/users.ts";
import { nameKeyOf } from "./user-name.ts";

/** A user, as sign-ins and changes need it. */
export interface StoredUser {
  id: number;
  name: string;
  role: Role;
  password_hash: string | null;
  has_second_factor: boolean;
  single_sign_on: boolean;
  disabled_at: string | null;
}

const COLUMNS = `id, name, role, password_hash, totp_secret is not null as has_second_factor, issuer is not null as single_sign_on,
  disabled_at`;

export async function findUserByName(db: Queryable, name: string): Promise<StoredUser | undefined> {
  const { rows } = await db.query<StoredUser>(`select ${COLUMNS} from users where name_key = $1`, [nameKeyOf(name)]);
  return rows[0];
}

export async function findUser(db: Queryable, id: number): Promise<StoredUser | undefined> {
  const { rows } = await db.query<StoredUser>(`select ${COLUMNS} from users where id = $1`, [id]);
  return rows[0];
}

/** Locks the user until the transaction ends. */
export async function lockUser(db: Queryable, id: number): Promise<StoredUser | undefined> {
  const { rows } = await db.query<StoredUser>(`select ${COLUMNS} from users where id = $1 for update`, [id]);
  return rows[0];
}

/** @returns the id; undefined if another user has the name */
export async function insertUser(db: Queryable, name: string, role: Role): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>(
    "insert into users (name, name_key, role) values ($1, $2, $3) on conflict (name_key) do nothing returning id",
    [name, nameKeyOf(name), role],
  );
  return rows[0]?.id;
}

const RECORD = `
  u.id, u.name, u.role, u.disabled_at, u.created_at, u.last_sign_in_at, u.password_hash is not null as has_password,
  u.totp_secret is not null as has_second_factor, u.issuer is not null as single_sign_on,
  exists (select 1 from one_time_links l where l.user_id = u.id and l.used_at is null and l.expires_at > now()) as invited,
  (select count(*) from sessions s where s.user_id = u.id and s.expires_at > now()
     and s.last_used_at > now() - make_interval(hours => $1)) as sessions,
  (select count(*) from api_keys k where k.user_id = u.id and k.local_folder is null and k.revoked_at is null
     and k.expires_at > now()) as keys`;

export async function listUsers(
  db: Queryable,
  { after, limit, idle_hours }: { after: string; limit: number; idle_hours: number },
): Promise<(UserRecord & { name_key: string })[]> {
  const { rows } = await db.query<UserRecord & { name_key: string }>(
    `select ${RECORD}, u.name_key from users u where u.name_key > $2 order by u.name_key limit $3`,
    [idle_hours, after, limit],
  );
  return rows;
}

export async function readUserRecord(db: Queryable, id: number, idleHours: number): Promise<UserRecord | undefined> {
  const { rows } = await db.query<UserRecord>(`select ${RECORD} from users u where u.id = $2`, [idleHours, id]);
  return rows[0];
}

/** Locks all enabled administrators until the transaction ends, so that two transactions cannot remove the last two of them.
 * @returns their ids */
export async function lockAdministrators(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    "select id from users where role = 'admin' and disabled_at is null order by id for update",
  );
  return rows.map(({ id }) => id);
}

/** Returns the enabled administrator that was created first; undefined if there is none. */
export async function firstAdministrator(db: Queryable): Promise<{ id: number; name: string } | undefined> {
  const { rows } = await db.query<{ id: number; name: string }>(
    "select id, name from users where role = 'admin' and disabled_at is null order by id limit 1",
  );
  return rows[0];
}

/** Returns the user that was created first, whatever its role and state. */
export async function firstUser(db: Queryable): Promise<{ id: number } | undefined> {
  const { rows } = await db.query<{ id: number }>("select id from users order by id limit 1");
  return rows[0];
}

/** Whether an enabled administrator can sign in without a link. */
export async function canAdministratorSignIn(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ can: boolean }>(
    `select exists (select 1 from users where role = 'admin' and disabled_at is null
       and (password_hash is not null or issuer is not null)) as can`,
  );
  return rows[0]?.can === true;
}

export async function setRole(db: Queryable, id: number, role: Role): Promise<void> {
  await db.query("update users set role = $2 where id = $1", [id, role]);
}

export async function setDisabled(db: Queryable, id: number, disabled: boolean): Promise<void> {
  await db.query("update users set disabled_at = case when $2 then coalesce(disabled_at, now()) end where id = $1", [
    id,
    disabled,
  ]);
}

export async function setPassword(db: Queryable, id: number, passwordHash: string): Promise<void> {
  await db.query("update users set password_hash = $2 where id = $1", [id, passwordHash]);
}

export async function noteSignIn(db: Queryable, id: number): Promise<void> {
  await db.query("update users set last_sign_in_at = now() where id = $1", [id]);
}
