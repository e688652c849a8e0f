// Deletes old deliveries with their attempts, old replays, and the data of deleted webhooks, in batches. events/read.ts purges
// events after the same number of days.
import type pg from "pg";

const BATCH = 5000;

/** Deletes deliveries and replays that are older than `keepDays`, and all data of deleted webhooks. Returns the number of
 * deleted deliveries. */
export async function purgeDeliveries(pool: pg.Pool, keepDays: number, signal?: AbortSignal): Promise<number> {
  let purged = 0;
  // The oldest deliveries have the smallest ids.
  purged += await inBatches(
    pool,
    `select id from (select id, created_at from webhook_deliveries order by id limit ${BATCH}) oldest
     where created_at < now() - make_interval(days => $1)`,
    [keepDays],
    signal,
  );
  const { rows } = await pool.query<{ id: number }>("select id from webhooks where deleted_at is not null");
  for (const { id } of rows) {
    purged += await inBatches(
      pool,
      `select id from webhook_deliveries where webhook_id = $1 order by id limit ${BATCH}`,
      [id],
      signal,
    );
    if (signal?.aborted === true) return purged;
    await pool.query("delete from webhooks where id = $1", [id]);
  }
  await pool.query("delete from webhook_replays where finished_at < now() - make_interval(days => $1)", [keepDays]);
  await pool.query("delete from webhook_batches where done and happened_at < now() - make_interval(days => $1)", [
    keepDays,
  ]);
  return purged;
}

async function inBatches(pool: pg.Pool, ids: string, values: unknown[], signal?: AbortSignal): Promise<number> {
  for (let purged = 0; ;) {
    const { rows } = await pool.query<{ count: number }>(
      `with expired as (${ids}),
            attempts as (delete from webhook_attempts where delivery_id in (select id from expired)),
            deliveries as (delete from webhook_deliveries where id in (select id from expired) returning id)
       select count(*) from deliveries`,
      values,
    );
    const count = rows[0]?.count ?? 0;
    purged += count;
    if (count < BATCH || signal?.aborted === true) return purged;
  }
}
