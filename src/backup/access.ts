// Decides who may sign in after a restore. The state of users and keys is newer in the replaced database than in the backup: since the
// backup, keys may have been revoked, users disabled and passwords changed. Newer entries of the audit log are kept too.
import type { Queryable } from "../db/connection/connect.ts";
import { listApplied } from "../db/migrate.ts";

/** Users and API keys whose access the backup and the replaced database describe differently. */
export interface AccessReport {
  /** Names of users whose role, password or state in the backup differs from that in the replaced database. */
  users: string[];
  /** API keys that are valid in the backup, but not in the replaced database. */
  keys: string[];
}

/** A backup contains every entry of the audit log that is older than the backup by this margin. The margin allows for clocks of two
 * computers that differ. */
const CLOCK_MARGIN = "1 day";

/** The migration that has created the tables of users, keys and the audit log. */
const FIRST_WITH_USERS = "0029_identity";

/** Copies users, keys and the end of the audit log of the database that is about to be replaced. The copies last until the transaction ends.
 * @param madeAt when the backup was made */
export async function copyReplacedAccess(db: Queryable, madeAt: string): Promise<void> {
  await db.query(`create temporary table replaced_users (
      id bigint, name_key text, created_at timestamptz, role text, password_hash text, disabled_at timestamptz) on commit drop;
    create temporary table replaced_keys (key_hash bytea primary key) on commit drop;
    create temporary table replaced_audit (
      id bigint, at timestamptz, action text, actor text, subject text, detail jsonb, address text, request_id text) on commit drop`);
  if (!(await listApplied(db)).some(({ name }) => name === FIRST_WITH_USERS)) return;
  await db.query(`insert into replaced_users select id, name_key, created_at, role, password_hash, disabled_at from users;
    insert into replaced_keys select key_hash from api_keys where ${IS_VALID}`);
  await db.query(
    `insert into replaced_audit select ${AUDIT_COLUMNS} from audit_log where at > $1::timestamptz - interval '${CLOCK_MARGIN}'`,
    [madeAt],
  );
}

const IS_VALID = "local_folder is null and revoked_at is null and expires_at > now()";
const AUDIT_COLUMNS = "id, at, action, actor, subject, detail, address, request_id";

/** The same user, not another one with the same name. */
const SAME_USER = "r.id = u.id and r.name_key = u.name_key and r.created_at = u.created_at";

/** Compares users and keys of the backup with those of the replaced database.
 * @param restores true = users and keys are as in the backup. false = users keep the role, the password and the state that they had before
 * the restore, and keys that were not valid before the restore are revoked. If the database was empty before the restore, all keys are
 * revoked.
 * @returns the differences */
export async function settleAccess(db: Queryable, restores: boolean): Promise<AccessReport> {
  const { rows: users } = await db.query<{ name: string }>(
    `select u.name from users u join replaced_users r on ${SAME_USER}
     where (u.role, u.password_hash, u.disabled_at is null) is distinct from (r.role, r.password_hash, r.disabled_at is null)
     order by u.name_key`,
  );
  const { rows: keys } = await db.query<{ id: number; name: string }>(
    `select k.id, k.name || ' of ' || u.name as name from api_keys k join users u on u.id = k.user_id
     where ${IS_VALID} and k.key_hash not in (select key_hash from replaced_keys) order by k.id`,
  );
  if (!restores) {
    await db.query(
      `update users u set role = r.role, password_hash = r.password_hash, disabled_at = r.disabled_at
       from replaced_users r where ${SAME_USER}`,
    );
    await db.query("update api_keys set revoked_at = now() where id = any($1::bigint[])", [keys.map(({ id }) => id)]);
  }
  return { users: users.map(({ name }) => name), keys: keys.map(({ name }) => name) };
}

/** Adds the entries of the replaced audit log that the backup does not contain. */
export async function keepAuditLog(db: Queryable): Promise<void> {
  await db.query(
    `insert into audit_log (at, action, actor, subject, detail, address, request_id)
     select r.at, r.action, r.actor, r.subject, r.detail, r.address, r.request_id from replaced_audit r
     where not exists (select 1 from audit_log a where a.id = r.id and a.at = r.at) order by r.id`,
  );
}
