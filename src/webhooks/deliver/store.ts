// SQL of the delivery queue: claims and outcomes.
import { LOCKS } from "../../db/advisory-locks.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { Outcome } from "./request/send.ts";

/** Time for which a worker claims a delivery; longer than any attempt. The worker renews its claims before they expire. */
export const LEASE_SECONDS = 75;

export interface Claimed {
  id: number;
  event_id: number | null;
  type: string;
  happened_at: string;
  /** JSON as formatted by PostgreSQL. PostgreSQL formats the same value in the same way each time, so every attempt has the same body. */
  data: string;
  priority: number;
  step: number;
}

const CLAIMABLE = `webhook_id = $1 and state = 'waiting' and due_at <= now() and (claimed_by is null or lease_until < now())`;

/** Claims up to `limit` due deliveries in order of priority. */
export async function claimDeliveries(
  db: Queryable,
  webhookId: number,
  worker: number,
  limit: number,
): Promise<Claimed[]> {
  const { rows } = await db.query<Claimed | (Omit<Claimed, "data"> & { data: null })>(
    `with urgent as (
       select id from webhook_deliveries where ${CLAIMABLE} and priority = 0 order by due_at limit $3 for update skip locked
     ), others as (
       select id from webhook_deliveries where ${CLAIMABLE} and priority = 1
       order by due_at limit $3 - (select count(*) from urgent) for update skip locked
     ), claimed as (
       update webhook_deliveries set claimed_by = $2, lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
       where id in (select id from urgent union all select id from others)
       returning id, event_id, type, happened_at, test_data, priority, due_at, step
     )
     select c.id, c.event_id, c.type, c.happened_at, coalesce(c.test_data, e.data)::text as data, c.priority, c.step
     from claimed c left join events e on e.id = c.event_id
     order by c.priority, c.due_at, c.id`,
    [webhookId, worker, limit],
  );
  const purged = rows.filter(({ data }) => data === null).map(({ id }) => id);
  if (purged.length > 0) await giveUp(db, purged);
  return rows.filter((row): row is Claimed => row.data !== null);
}

/** Marks deliveries as failed because their events have been purged. */
async function giveUp(db: Queryable, ids: readonly number[]): Promise<void> {
  await db.query(
    `update webhook_deliveries set state = 'failed', claimed_by = null, lease_until = null, finished_at = now()
     where id = any($1)`,
    [ids],
  );
}

/** Releases claimed deliveries that were not sent. */
export async function releaseDeliveries(db: Queryable, worker: number, ids: readonly number[]): Promise<void> {
  await db.query(
    "update webhook_deliveries set claimed_by = null, lease_until = null where id = any($1) and claimed_by = $2",
    [ids, worker],
  );
}

export async function renewLeases(db: Queryable, worker: number, ids: readonly number[]): Promise<void> {
  await db.query(
    `update webhook_deliveries set lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
     where id = any($1) and claimed_by = $2`,
    [ids, worker],
  );
}

/** Releases the deliveries that dead workers have claimed, before their leases expire. Returns the number of running workers. */
export async function releaseOfDead(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ alive: number }>(
    `with alive as (
       select distinct objid::bigint as worker from pg_locks
       where locktype = 'advisory' and classid = ${LOCKS.webhook_worker} and objsubid = 2 and granted
         and database = (select oid from pg_database where datname = current_database())
     ), released as (
       update webhook_deliveries set claimed_by = null, lease_until = null
       where claimed_by is not null and claimed_by not in (select worker from alive)
     )
     select count(*) as alive from alive`,
  );
  return rows[0]?.alive ?? 0;
}

export interface Completed {
  id: number;
  outcome: Outcome;
  /** Delay before the next attempt; undefined = no further attempt. */
  delay_ms: number | undefined;
}

/** Returns the milliseconds since an attempt started. The database subtracts them from its own time, because a worker's clock
 * may be wrong. */
export const agoOf = ({ started_ms }: Outcome): number => Math.max(0, performance.now() - started_ms);

/** Stores attempts and states of deliveries in one statement. A delivery that another worker has claimed in the meantime keeps
 * its state, unless this attempt succeeded. `worker` is null for test events, because no worker claims them. */
export async function completeDeliveries(
  db: Queryable,
  webhookId: number,
  worker: number | null,
  completed: readonly Completed[],
): Promise<void> {
  const outcomes = completed.map(({ outcome }) => outcome);
  await db.query(
    `with done as (
       select * from unnest($3::bigint[], $4::double precision[], $5::double precision[], $6::real[], $7::boolean[], $8::integer[],
                            $9::text[], $10::text[], $11::text[], $12::jsonb[], $13::jsonb[], $14::text[], $15::boolean[])
         as d (id, delay_ms, ago_ms, duration_ms, succeeded, status, error, message, url, request_headers,
               response_headers, response_body, response_truncated)
     ), updated as (
       update webhook_deliveries d set
         attempts = d.attempts + 1,
         step = d.step + 1,
         state = case when o.succeeded then 'delivered' when o.delay_ms is null then 'failed' else 'waiting' end,
         due_at = case when o.delay_ms is null then d.due_at else now() + make_interval(secs => o.delay_ms / 1000) end,
         claimed_by = null, lease_until = null, last_status = o.status, last_error = o.error,
         finished_at = case when o.succeeded or o.delay_ms is null then now() end
       from done o
       where d.id = o.id and (d.claimed_by is not distinct from $2 or (o.succeeded and d.state <> 'delivered'))
     )
     insert into webhook_attempts (delivery_id, webhook_id, started_at, duration_ms, succeeded, status, error, message, url,
                                   request_headers, response_headers, response_body, response_truncated)
     select id, $1, now() - make_interval(secs => ago_ms / 1000), duration_ms, succeeded, status, error, message, url, request_headers, response_headers,
            response_body, response_truncated from done`,
    [
      webhookId,
      worker,
      completed.map(({ id }) => id),
      completed.map(({ delay_ms }) => delay_ms ?? null),
      outcomes.map(agoOf),
      outcomes.map(({ duration_ms }) => duration_ms),
      outcomes.map(({ succeeded }) => succeeded),
      outcomes.map(({ status }) => status),
      outcomes.map(({ error }) => error),
      outcomes.map(({ message }) => message),
      outcomes.map(({ url }) => url),
      outcomes.map(({ request_headers }) => JSON.stringify(request_headers)),
      outcomes.map(({ response_headers }) => (response_headers === null ? null : JSON.stringify(response_headers))),
      outcomes.map(({ response_body }) => response_body),
      outcomes.map(({ response_truncated }) => response_truncated),
    ],
  );
}

/** Returns the webhooks that have deliveries to send now. */
export async function listDueWebhooks(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select w.id from webhooks w
     where w.enabled and w.deleted_at is null and (w.paused_until is null or w.paused_until <= now())
       and exists (select 1 from webhook_deliveries d
                   where d.webhook_id = w.id and d.state = 'waiting' and d.priority in (0, 1) and d.due_at <= now()
                     and (d.claimed_by is null or d.lease_until < now()))`,
  );
  return rows.map(({ id }) => id);
}
