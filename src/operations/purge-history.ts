// Retention: deletes the history of old changesets in batches. Each changeset is marked as purged first, so that it can no longer be undone.
import type pg from "pg";
import { lockKeys } from "../db/advisory-locks.ts";
import { withTransaction } from "../db/connection/connect.ts";

/** Maximum number of changesets that one statement marks as purged. */
const CHANGESET_BATCH = 500;
/** Maximum number of versions that one statement deletes. */
const VERSION_BATCH = 5000;

/** Deletes the versions that changesets older than `keepDays` replaced. Returns the number of deleted versions. */
export async function purgeHistory(pool: pg.Pool, keepDays: number, signal: AbortSignal): Promise<number> {
  let purged = 0;
  for (;;) {
    signal.throwIfAborted();
    const marked = await markOld(pool, keepDays);
    // Some of the listed changesets may have been marked by another worker that died before it deleted their versions.
    for (let ids = await listMarked(pool); ids.length > 0; ids = await listMarked(pool)) {
      purged += await deleteVersions(pool, ids, signal);
      await pool.query("update changesets set is_purged = true where id = any ($1::bigint[])", [ids]);
    }
    if (marked < CHANGESET_BATCH) return purged;
  }
}

/** Marks old changesets as purged. An undo reads the history since the start of the changeset that it undoes. So a changeset is marked only
 * if it ended before the start of each changeset that is kept or is being undone. */
async function markOld(pool: pg.Pool, keepDays: number): Promise<number> {
  return withTransaction(pool, async (client) => {
    await client.query("select pg_advisory_xact_lock($1, $2)", lockKeys("history_purge"));
    const { rowCount } = await client.query(
      `with cutoff as (select now() - make_interval(days => $1::integer) as at),
       horizon as (
         select least(
           (select at from cutoff),
           (select min(c.started_at) from changesets c
            where c.purged_at is null and (c.finished_at is null or c.finished_at >= (select at from cutoff))),
           (select min(c.started_at) from operations o join changesets u on u.id = o.changeset_id
            join changesets c on c.id = u.undoes where o.state in ('selecting', 'running'))
         ) as at
       )
       update changesets set purged_at = now()
       where id in (select id from changesets c
                    where c.purged_at is null and c.finished_at < (select at from horizon)
                    order by c.finished_at limit $2)`,
      [keepDays, CHANGESET_BATCH],
    );
    return rowCount ?? 0;
  });
}

async function listMarked(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from changesets where purged_at is not null and not is_purged order by id limit $1",
    [CHANGESET_BATCH],
  );
  return rows.map(({ id }) => id);
}

async function deleteVersions(pool: pg.Pool, changesetIds: readonly number[], signal: AbortSignal): Promise<number> {
  for (let deleted = 0; ;) {
    signal.throwIfAborted();
    const { rows } = await pool.query<{ sku_key: string; id: number; version: number }>(
      "select sku_key, id, version from product_history where replaced_in = any ($1::bigint[]) limit $2",
      [changesetIds, VERSION_BATCH],
    );
    if (rows.length === 0) return deleted;
    await pool.query(
      `delete from product_history h using unnest($1::text[], $2::bigint[], $3::integer[]) i (sku_key, id, version)
       where h.sku_key = i.sku_key and h.id = i.id and h.version = i.version`,
      [rows.map(({ sku_key }) => sku_key), rows.map(({ id }) => id), rows.map(({ version }) => version)],
    );
    deleted += rows.length;
  }
}
