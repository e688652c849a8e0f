// Cuts what an import or another change of many products did into events of up to 500 products. Each batch and how far it
// went are one transaction, so a worker that dies is followed by one that goes on, and no product comes twice or never.
import type pg from "pg";
import { changedProducts, type ChangedProduct } from "../../catalog/history/changeset-products.ts";
import { lockKeys } from "../../db/advisory-locks.ts";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import { startHeartbeat } from "../../db/connection/heartbeat.ts";
import { EVENT_CHANNEL } from "../../events/channels.ts";
import { MAX_BATCH_ITEMS } from "../../../contract/catalog/batch.ts";
import type { EventData } from "../../../contract/webhooks/events.ts";

interface Cut {
  event_id: number;
  changeset_id: number;
  happened_at: string;
  batch: number;
  after_key: string;
}

/** Cuts one event to its end; false where there is none to cut, or others have it. */
export async function splitNextEvent(pool: pg.Pool, eventPrefix: string, signal: AbortSignal): Promise<boolean> {
  const client = await pool.connect();
  let broken = true;
  try {
    const cut = await claimCut(client);
    if (cut !== undefined) {
      const stopHeartbeat = startHeartbeat(client);
      await splitEvent(pool, client, cut, eventPrefix, signal).finally(stopHeartbeat);
      await client.query("select pg_advisory_unlock_all()");
    }
    broken = false;
    return cut !== undefined;
  } finally {
    // The lock goes with the connection
    client.release(broken);
  }
}

async function claimCut(client: pg.ClientBase): Promise<Cut | undefined> {
  const { rows } = await client.query<{ event_id: number }>(
    "select event_id from webhook_batches where not done order by event_id limit 20",
  );
  for (const { event_id } of rows) {
    const { rows: locked } = await client.query<{ is_ours: boolean }>(
      "select pg_try_advisory_lock($1, $2) as is_ours",
      lockKeys("split_batches", event_id),
    );
    if (locked[0]?.is_ours !== true) continue;
    // Read again under the lock: another may have finished it meanwhile
    const { rows: cuts } = await client.query<Cut>(
      "select event_id, changeset_id, happened_at, batch, after_key from webhook_batches where event_id = $1 and not done",
      [event_id],
    );
    if (cuts[0] !== undefined) return cuts[0];
    await client.query("select pg_advisory_unlock_all()");
  }
  return undefined;
}

async function splitEvent(
  pool: pg.Pool,
  client: pg.ClientBase,
  cut: Cut,
  eventPrefix: string,
  signal: AbortSignal,
): Promise<void> {
  let { batch } = cut;
  let page: ChangedProduct[] | undefined;
  const write = async (items: ChangedProduct[], isLast: boolean): Promise<void> => {
    batch += 1;
    const data: EventData<"products.changed"> = {
      changeset_id: cut.changeset_id,
      event_id: `${eventPrefix}_${cut.event_id}`,
      batch,
      is_last: isLast,
      items: items.map(({ id, sku, version, change }) => ({ id, sku, version, change })),
    };
    const afterKey = items.at(-1)?.sku_key ?? "";
    await withTransaction(pool, (db) => writeBatch(db, cut, batch, afterKey, JSON.stringify(data)));
  };
  for await (const next of changedProducts(client, cut.changeset_id, cut.after_key, MAX_BATCH_ITEMS)) {
    if (page !== undefined) await write(page, false);
    if (signal.aborted) return;
    page = next;
  }
  if (page !== undefined) await write(page, true);
  await pool.query("update webhook_batches set done = true where event_id = $1", [cut.event_id]);
}

async function writeBatch(db: Queryable, cut: Cut, batch: number, afterKey: string, data: string): Promise<void> {
  await db.query("update webhook_batches set batch = $2, after_key = $3 where event_id = $1", [
    cut.event_id,
    batch,
    afterKey,
  ]);
  await db.query(
    `with made as (
       insert into events (type, changeset_id, data, at) values ('products.changed', $1, $2, $3) returning id
     )
     select pg_notify('${EVENT_CHANNEL}', id::text) from made`,
    [cut.changeset_id, data, cut.happened_at],
  );
}
