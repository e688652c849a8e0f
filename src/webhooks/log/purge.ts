// Takes away what is no longer kept, in portions: deliveries with their attempts, replays, and what deleted webhooks left.
// Events go by themselves (events/read.ts), after as many days.
import type pg from "pg";

const PORTION = 5000;

/** Says how many deliveries went. */
export async function purgeDeliveries(pool: pg.Pool, keepDays: number, signal?: AbortSignal): Promise<number> {
  let purged = 0;
  // The oldest have the smallest ids
  purged += await inPortions(
    pool,
    `select id from (select id, created_at from webhook_deliveries order by id limit ${PORTION}) oldest
     where created_at < now() - make_interval(days => $1)`,
    [keepDays],
    signal,
  );
  const { rows } = await pool.query<{ id: number }>("select id from webhooks where deleted_at is not null");
  for (const { id } of rows) {
    purged += await inPortions(
      pool,
      `select id from webhook_deliveries where webhook_id = $1 order by id limit ${PORTION}`,
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

async function inPortions(pool: pg.Pool, ids: string, values: unknown[], signal?: AbortSignal): Promise<number> {
  for (let purged = 0; ;) {
    const { rows } = await pool.query<{ count: number }>(
      `with gone as (${ids}),
            attempts as (delete from webhook_attempts where delivery_id in (select id from gone)),
            deliveries as (delete from webhook_deliveries where id in (select id from gone) returning id)
       select count(*) from deliveries`,
      values,
    );
    const count = rows[0]?.count ?? 0;
    purged += count;
    if (count < PORTION || signal?.aborted === true) return purged;
  }
}
