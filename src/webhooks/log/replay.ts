// Replays failed or missing deliveries. Queues them in batches, so that even a large replay does not delay current events, and
// another worker can continue after a crash.
import type pg from "pg";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import { SUBSCRIBES, CAN_SPLIT } from "../deliver/fan-out.ts";
import { notifyWorkers } from "../store.ts";
import type { Replay } from "../../../contract/webhooks/deliveries.ts";

/** Number of deliveries that a replay queues per step. A step queues nothing while MAX_WAITING or more low-priority deliveries of the
 * webhook are due. */
const BATCH = 250;
const MAX_WAITING = 250;

const REPLAY = "id, webhook_id, scope, since, until, state, total, queued, created_at, finished_at";

export async function insertReplay(
  db: Queryable,
  webhookId: number,
  scope: Replay["scope"],
  since: string,
): Promise<Replay> {
  const { rows } = await db.query<Replay>(
    `insert into webhook_replays (webhook_id, scope, since, until) values ($1, $2, $3, now()) returning ${REPLAY}`,
    [webhookId, scope, since],
  );
  await notifyWorkers(db, webhookId);
  return rows[0] as Replay;
}

export async function readReplay(db: Queryable, id: number): Promise<Replay | undefined> {
  const { rows } = await db.query<Replay>(`select ${REPLAY} from webhook_replays where id = $1`, [id]);
  return rows[0];
}

export async function listReplays(db: Queryable, webhookId: number): Promise<Replay[]> {
  const { rows } = await db.query<Replay>(
    `select ${REPLAY} from webhook_replays where webhook_id = $1 order by id desc limit 50`,
    [webhookId],
  );
  return rows;
}

/** Cancels a replay. @returns false if the replay has already ended */
export async function cancelReplay(db: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update webhook_replays set state = 'cancelled', finished_at = now()
     where id = $1 and state in ('preparing', 'running')`,
    [id],
  );
  return rowCount === 1;
}

/** Queues one batch of deliveries for every unfinished replay. Returns the webhooks that have deliveries to send. */
export async function stepReplays(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ id: number; webhook_id: number }>(
    `select r.id, r.webhook_id from webhook_replays r join webhooks w on w.id = r.webhook_id
     where r.state in ('preparing', 'running') and w.enabled and w.deleted_at is null order by r.id`,
  );
  const webhookIds: number[] = [];
  for (const { id, webhook_id } of rows) {
    if ((await withTransaction(pool, (client) => stepReplay(client, id))) > 0) webhookIds.push(webhook_id);
  }
  return webhookIds;
}

interface Step extends Replay {
  last_id: number;
  max_id: number | null;
}

async function stepReplay(db: Queryable, id: number): Promise<number> {
  const { rows } = await db.query<Step>(
    `select ${REPLAY}, last_id, max_id from webhook_replays
     where id = $1 and state in ('preparing', 'running') for update skip locked`,
    [id],
  );
  const [replay] = rows;
  if (replay === undefined) return 0;
  if (replay.state === "preparing") {
    if (replay.scope === "missing" && (await isStillBeingSplit(db, replay))) return 0;
    await count(db, replay);
    return 0;
  }
  if ((await countWaiting(db, replay.webhook_id)) >= MAX_WAITING) return 0;
  return queueBatch(db, replay);
}

// Parameters of the following SQL conditions: $1 webhook, $2 since, $3 until.
const FAILED = `d.webhook_id = $1 and d.state = 'failed' and d.event_id is not null and d.finished_at between $2 and $3`;
const MISSING = `w.id = $1 and e.at between $2 and $3 and e.fanned_out and ${SUBSCRIBES}
  and not exists (select 1 from webhook_deliveries d where d.webhook_id = w.id and d.event_id = e.id)`;

const rangeOf = ({ webhook_id, since, until }: Replay): unknown[] => [webhook_id, since, until];

/** If the webhook needs batches of products, requests the split of those events of the replay that have not been split yet. Returns whether
 * an event in the time range of the replay still has to be split or fanned out. */
async function isStillBeingSplit(db: Queryable, replay: Replay): Promise<boolean> {
  await db.query(
    `insert into webhook_batches (event_id, changeset_id, happened_at)
     select e.id, e.changeset_id, e.at from events e join webhooks w on w.id = $1 and w.volume = 'products'
     where e.at between $2 and $3 and ${CAN_SPLIT} on conflict do nothing`,
    rangeOf(replay),
  );
  const { rows } = await db.query<{ waits: boolean }>(
    `select exists (select 1 from webhook_batches b join webhooks w on w.id = $1 and w.volume = 'products'
                    where b.happened_at between $2 and $3 and not b.done)
         or exists (select 1 from events where not fanned_out and at between $2 and $3) as waits`,
    rangeOf(replay),
  );
  return rows[0]?.waits === true;
}

async function count(db: Queryable, replay: Replay): Promise<void> {
  const counted =
    replay.scope === "failed"
      ? `select count(*) as total, max(d.id) as max_id, min(d.id) as min_id from webhook_deliveries d where ${FAILED}`
      : `select count(*) as total, max(e.id) as max_id, min(e.id) as min_id from events e, webhooks w where ${MISSING}`;
  await db.query(
    `update webhook_replays r set
       total = c.total, max_id = c.max_id, last_id = coalesce(c.min_id, 1) - 1,
       state = case when c.total = 0 then 'done' else 'running' end,
       finished_at = case when c.total = 0 then now() end
     from (${counted}) c where r.id = $4`,
    [...rangeOf(replay), replay.id],
  );
}

async function countWaiting(db: Queryable, webhookId: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*) from (select 1 from webhook_deliveries
                           where webhook_id = $1 and state = 'waiting' and priority = 1 and due_at <= now() limit ${MAX_WAITING}) due`,
    [webhookId],
  );
  return rows[0]?.count ?? 0;
}

async function queueBatch(db: Queryable, replay: Step): Promise<number> {
  const sql =
    replay.scope === "failed"
      ? `with batch as (
           select d.id from webhook_deliveries d where ${FAILED} and d.id > $4 and d.id <= $5 order by d.id limit ${BATCH}
         ), queued as (
           update webhook_deliveries set state = 'waiting', due_at = now(), step = 0, priority = 1, finished_at = null
           where id in (select id from batch) returning id
         )`
      : `with batch as (
           select e.id, e.type, e.at from events e, webhooks w where ${MISSING} and e.id > $4 and e.id <= $5
           order by e.id limit ${BATCH}
         ), queued as (
           insert into webhook_deliveries (webhook_id, event_id, type, happened_at, priority, due_at)
           select $1, id, type, at, 1, now() from batch order by id on conflict do nothing returning id
         )`;
  const { rows } = await db.query<{ seen: number; queued: number; last_id: number | null }>(
    `${sql} select (select count(*) from batch) as seen, (select count(*) from queued) as queued,
                   (select max(id) from batch) as last_id`,
    [...rangeOf(replay), replay.last_id, replay.max_id],
  );
  const { seen = 0, queued = 0, last_id = null } = rows[0] ?? {};
  const isDone = seen < BATCH;
  await db.query(
    `update webhook_replays set queued = queued + $2, last_id = coalesce($3, last_id),
       state = case when $4 then 'done' else state end, finished_at = case when $4 then now() end
     where id = $1`,
    [replay.id, queued, last_id, isDone],
  );
  return queued;
}
