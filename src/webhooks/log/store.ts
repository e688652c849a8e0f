// SQL of the delivery log: deliveries with their attempts, and the health of a webhook.
import type { Queryable } from "../../db/connection/connect.ts";
import { allOf, raw, sql, statement, type Sql } from "../../db/sql.ts";
import type { Attempt, Delivery, DeliveryDetail } from "../../../contract/webhooks/deliveries.ts";
import type { WebhookHealth } from "../../../contract/webhooks/webhooks.ts";

/** SQL for the public event id; `s` is the table webhook_source. */
const EVENT_ID = "s.prefix || '_' || coalesce(d.event_id::text, 'test_' || d.id)";

const DELIVERY = `
  d.id, d.webhook_id, ${EVENT_ID} as event_id, d.type, d.event_id is null as is_test,
  case when d.state = 'waiting' and d.claimed_by is not null then 'sending' else d.state end as state,
  d.attempts, case when d.state = 'waiting' then d.due_at end as next_attempt_at, d.last_status, d.last_error,
  d.happened_at, d.created_at, d.finished_at`;

export interface LogFilter {
  state?: Delivery["state"] | undefined;
  type?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit: number;
  /** If given, only deliveries with a smaller id are listed. */
  below?: number | undefined;
}

export async function listDeliveries(db: Queryable, webhookId: number, filter: LogFilter): Promise<Delivery[]> {
  const { state, type, since, until, below, limit } = filter;
  const conditions = [
    sql`d.webhook_id = ${webhookId}`,
    ...(below === undefined ? [] : [sql`d.id < ${below}`]),
    ...(type === undefined ? [] : [sql`d.type = ${type}`]),
    ...(since === undefined ? [] : [sql`d.created_at >= ${since}`]),
    ...(until === undefined ? [] : [sql`d.created_at < ${until}`]),
    ...(state === undefined ? [] : [STATES[state]]),
  ];
  const { rows } = await db.query<Delivery>(
    statement`select ${raw(DELIVERY)} from webhook_deliveries d, webhook_source s
     where ${allOf(conditions)} order by d.id desc limit ${limit}`,
  );
  return rows;
}

/** SQL conditions on the state. They contain literals instead of parameters, so that the planner can use the partial index on
 * failed deliveries. */
const STATES: Record<Delivery["state"], Sql> = {
  waiting: sql`d.state = 'waiting' and d.claimed_by is null`,
  sending: sql`d.state = 'waiting' and d.claimed_by is not null`,
  delivered: sql`d.state = 'delivered'`,
  failed: sql`d.state = 'failed'`,
};

export async function readDelivery(db: Queryable, id: number): Promise<Delivery | undefined> {
  const { rows } = await db.query<Delivery>(
    `select ${DELIVERY} from webhook_deliveries d join webhooks w on w.id = d.webhook_id and w.deleted_at is null, webhook_source s
     where d.id = $1`,
    [id],
  );
  return rows[0];
}

const SHOWN_BODY = 100_000;
const SHOWN_ATTEMPTS = 100;

/** Reads the body and the attempts of a delivery. */
export async function readDeliveryDetail(db: Queryable, delivery: Delivery): Promise<DeliveryDetail> {
  const { rows } = await db.query<{ data: string | null }>(
    `select coalesce(d.test_data, e.data)::text as data
     from webhook_deliveries d left join events e on e.id = d.event_id where d.id = $1`,
    [delivery.id],
  );
  const data = rows[0]?.data ?? null;
  const body = data === null ? "" : bodyOf({ type: delivery.type, happened_at: delivery.happened_at, data });
  return {
    ...delivery,
    body: body.slice(0, SHOWN_BODY),
    body_truncated: body.length > SHOWN_BODY,
    attempt_log: await listAttempts(db, delivery.id),
  };
}

/** Returns the request body of an event. `data` is JSON as formatted by PostgreSQL, which formats the same value in the same way each
 * time. */
export const bodyOf = ({ type, happened_at, data }: { type: string; happened_at: string; data: string }): string =>
  `{"type":${JSON.stringify(type)},"timestamp":${JSON.stringify(happened_at)},"data":${data}}`;

async function listAttempts(db: Queryable, deliveryId: number): Promise<Attempt[]> {
  const { rows } = await db.query<Attempt>(
    `select id, row_number() over (order by id) as number, started_at, duration_ms, succeeded, error, message, url,
            request_headers, status, response_headers, response_body, response_truncated
     from webhook_attempts where delivery_id = $1 order by id desc limit ${SHOWN_ATTEMPTS}`,
    [deliveryId],
  );
  return rows;
}

/** Queues a delivery again with a new retry schedule, unless a worker is sending it now. */
export async function requeue(db: Queryable, id: number): Promise<void> {
  await db.query(
    `update webhook_deliveries set state = 'waiting', due_at = now(), step = 0, priority = 0, finished_at = null
     where id = $1 and claimed_by is null`,
    [id],
  );
}

export async function insertTestDelivery(
  db: Queryable,
  webhookId: number,
  type: string,
  data: string,
): Promise<{ id: number; happened_at: string; data: string }> {
  // The delivery is inserted as finished, so that no worker claims it.
  const { rows } = await db.query<{ id: number; happened_at: string; data: string }>(
    `insert into webhook_deliveries (webhook_id, type, happened_at, test_data, state, due_at, finished_at)
     values ($1, $2, now(), $3, 'failed', now(), now()) returning id, happened_at, test_data::text as data`,
    [webhookId, type, data],
  );
  return rows[0] as { id: number; happened_at: string; data: string };
}

const HOURS = 24;
const SAMPLE = 20_000;
const COUNTED = 10_000;

export async function readHealth(db: Queryable, webhookId: number): Promise<WebhookHealth> {
  const counted = (condition: string): string =>
    `(select count(*) from (select 1 from webhook_deliveries d where d.webhook_id = $1 and ${condition} limit ${COUNTED}) counted)`;
  const { rows } = await db.query<WebhookHealth>(
    `select ${HOURS} as hours, a.attempts, a.succeeded,
            case when a.attempts > 0 then a.succeeded::float8 / a.attempts end as success_rate, a.p50_ms, a.p95_ms,
            ${counted("d.state = 'waiting' and d.due_at <= now()")} as due,
            ${counted("d.state = 'waiting' and d.due_at > now()")} as retrying,
            ${counted(`d.state = 'failed' and d.event_id is not null and d.finished_at > now() - interval '${HOURS} hours'`)} as failed,
            (select greatest(min(d.due_at), max(w.paused_until)) from webhook_deliveries d join webhooks w on w.id = d.webhook_id
             where d.webhook_id = $1 and d.state = 'waiting' and w.enabled) as next_attempt_at
     from (select count(*) as attempts, count(*) filter (where succeeded) as succeeded,
                  percentile_cont(0.5) within group (order by duration_ms) as p50_ms,
                  percentile_cont(0.95) within group (order by duration_ms) as p95_ms
           from (select succeeded, duration_ms from webhook_attempts
                 where webhook_id = $1 and started_at > now() - interval '${HOURS} hours'
                 order by started_at desc limit ${SAMPLE}) newest) a`,
    [webhookId],
  );
  return rows[0] as WebhookHealth;
}
