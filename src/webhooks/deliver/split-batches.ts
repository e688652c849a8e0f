// Splits the event of an import or operation into `products.changed` events of up to 500 products. Each batch is committed
// together with the position at which the next batch starts. So another worker can continue after a crash, and each product is
// reported exactly once.
import type pg from "pg";
import { changedProducts, type ChangedProduct } from "../../catalog/history/changeset-products.ts";
import { lockKeys } from "../../db/advisory-locks.ts";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import { startHeartbeat } from "../../db/connection/heartbeat.ts";
import { EVENT_CHANNEL } from "../../events/channels.ts";
import { MAX_BATCH_ITEMS } from "../../../contract/catalog/batch.ts";
import type { EventData } from "../../../contract/webhooks/events.ts";

interface SplitJob {
  event_id: number;
  changeset_id: number;
  happened_at: string;
  batch: number;
  after_key: string;
}

/** Splits one event completely. Returns false if no event is waiting, or if other workers hold all waiting events. */
export async function splitNextEvent(pool: pg.Pool, eventPrefix: string, signal: AbortSignal): Promise<boolean> {
  const client = await pool.connect();
  let broken = true;
  try {
    const job = await claimSplit(client);
    if (job !== undefined) {
      const stopHeartbeat = startHeartbeat(client);
      await splitEvent(pool, client, job, eventPrefix, signal).finally(stopHeartbeat);
      await client.query("select pg_advisory_unlock_all()");
    }
    broken = false;
    return job !== undefined;
  } finally {
    // If splitting failed, close the connection. This also releases its advisory lock.
    client.release(broken);
  }
}

async function claimSplit(client: pg.ClientBase): Promise<SplitJob | undefined> {
  const { rows } = await client.query<{ event_id: number }>(
    "select event_id from webhook_batches where not done order by event_id limit 20",
  );
  for (const { event_id } of rows) {
    const { rows: locked } = await client.query<{ is_ours: boolean }>(
      "select pg_try_advisory_lock($1, $2) as is_ours",
      lockKeys("split_batches", event_id),
    );
    if (locked[0]?.is_ours !== true) continue;
    // Read the job again under the lock: another worker may have finished it.
    const { rows: jobs } = await client.query<SplitJob>(
      "select event_id, changeset_id, happened_at, batch, after_key from webhook_batches where event_id = $1 and not done",
      [event_id],
    );
    if (jobs[0] !== undefined) return jobs[0];
    await client.query("select pg_advisory_unlock_all()");
  }
  return undefined;
}

async function splitEvent(
  pool: pg.Pool,
  client: pg.ClientBase,
  job: SplitJob,
  eventPrefix: string,
  signal: AbortSignal,
): Promise<void> {
  let { batch } = job;
  let page: ChangedProduct[] | undefined;
  const actor = await readActor(pool, job.changeset_id);
  const write = async (items: ChangedProduct[], isLast: boolean): Promise<void> => {
    batch += 1;
    const data: EventData<"products.changed"> = {
      changeset_id: job.changeset_id,
      actor,
      event_id: `${eventPrefix}_${job.event_id}`,
      batch,
      is_last: isLast,
      items: items.map(({ id, sku, version, change }) => ({ id, sku, version, change })),
    };
    const afterKey = items.at(-1)?.sku_key ?? "";
    await withTransaction(pool, (db) => writeBatch(db, job, batch, afterKey, JSON.stringify(data)));
  };
  for await (const next of changedProducts(client, job.changeset_id, job.after_key, MAX_BATCH_ITEMS)) {
    if (page !== undefined) await write(page, false);
    if (signal.aborted) return;
    page = next;
  }
  if (page !== undefined) await write(page, true);
  await pool.query("update webhook_batches set done = true where event_id = $1", [job.event_id]);
}

async function readActor(db: Queryable, changesetId: number): Promise<string> {
  const { rows } = await db.query<{ actor: string }>("select actor from changesets where id = $1", [changesetId]);
  return rows[0]?.actor ?? "";
}

async function writeBatch(db: Queryable, job: SplitJob, batch: number, afterKey: string, data: string): Promise<void> {
  await db.query("update webhook_batches set batch = $2, after_key = $3 where event_id = $1", [
    job.event_id,
    batch,
    afterKey,
  ]);
  await db.query(
    `with made as (
       insert into events (type, changeset_id, data, at) values ('products.changed', $1, $2, $3) returning id
     )
     select pg_notify('${EVENT_CHANNEL}', id::text) from made`,
    [job.changeset_id, data, job.happened_at],
  );
}
