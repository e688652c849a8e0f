// Deletes what sign-ins leave behind: old audit entries, ended sessions, invalid keys, used links, failed sign-ins that no longer count.
import type pg from "pg";

/** Maximum number of rows that one statement deletes. */
const PURGE_BATCH = 5000;

/** Conditions for rows that nothing needs any more. Ended sessions and links are kept for a day, because lists of users and error messages
 * may still refer to them. A server renews the expired key of its data folder when the computer wakes, however long it has slept. There is
 * at most one such key for each folder. */
const OLD = {
  sessions: "expires_at < now() - interval '1 day' or last_used_at < now() - interval '1 day'",
  api_keys: "local_folder is not null and expires_at < now() - interval '1 year'",
  one_time_links: "expires_at < now() - interval '1 day' or used_at < now() - interval '1 day'",
  sign_in_failures: "at < now() - interval '1 hour'",
} as const;

/** @param keepDays days for which audit entries, and keys that were revoked or have expired, are kept
 * @returns the number of deleted audit entries */
export async function purgeIdentity(pool: pg.Pool, keepDays: number): Promise<number> {
  for (const [table, condition] of Object.entries(OLD))
    await purge(
      pool,
      `delete from ${table} where id in (select id from ${table} where ${condition} order by id limit $1)`,
      [],
    );
  // The list of keys explains the audit log, which contains the names of keys.
  await purge(
    pool,
    `delete from api_keys where id in (
       select id from api_keys where local_folder is null and least(revoked_at, expires_at) < now() - make_interval(days => $2)
       order by id limit $1)`,
    [keepDays],
  );
  await pool.query("delete from single_sign_ons where expires_at < now()");
  return purge(
    pool,
    `delete from audit_log where id in (
       select id from audit_log where at < now() - make_interval(days => $2) order by at limit $1)`,
    [keepDays],
  );
}

async function purge(pool: pg.Pool, statement: string, values: unknown[]): Promise<number> {
  for (let purged = 0; ;) {
    const { rowCount } = await pool.query(statement, [PURGE_BATCH, ...values]);
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < PURGE_BATCH) return purged;
  }
}
