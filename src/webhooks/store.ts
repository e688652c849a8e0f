// SQL of webhooks: settings, secrets and status. Deliveries are in deliver/store.ts and log/store.ts.
import type { Queryable } from "../db/connection/connect.ts";
import { WEBHOOK_CHANNEL } from "../events/channels.ts";
import type { Webhook } from "../../contract/webhooks/webhooks.ts";

/** Waiting deliveries are counted only up to this number. */
const COUNTED = 10_000;

const WEBHOOK = `
  w.id, w.url, w.description, w.types, w.volume, w.enabled, w.header_names, w.max_parallel, w.max_per_second,
  case when not w.enabled then 'disabled'
       when w.paused_until > now() then 'paused'
       when w.consecutive_failures > 0 then 'failing'
       when w.last_success_at is null then 'new'
       else 'healthy' end as status,
  w.disabled_reason, w.disabled_at, w.failing_since, w.consecutive_failures,
  case when w.paused_until > now() then w.paused_until end as paused_until,
  w.last_success_at, w.last_failure_at, w.last_status, w.last_error, w.last_message,
  (select count(*) from (select 1 from webhook_deliveries d where d.webhook_id = w.id and d.state = 'waiting' limit ${COUNTED}) due) as waiting,
  w.created_at, w.updated_at, w.version`;

export async function listWebhooks(db: Queryable, after: number, limit: number): Promise<Webhook[]> {
  const { rows } = await db.query<Webhook>(
    `select ${WEBHOOK} from webhooks w where w.id > $1 and w.deleted_at is null order by w.id limit $2`,
    [after, limit],
  );
  return rows;
}

export async function readWebhook(db: Queryable, id: number): Promise<Webhook | undefined> {
  const { rows } = await db.query<Webhook>(
    `select ${WEBHOOK} from webhooks w where w.id = $1 and w.deleted_at is null`,
    [id],
  );
  return rows[0];
}

export async function countWebhooks(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>("select count(*) from webhooks where deleted_at is null");
  return rows[0]?.count ?? 0;
}

/** Settings of a webhook without its headers, which are stored encrypted. */
export interface WebhookValues {
  url: string;
  description: string;
  types: readonly string[] | null;
  volume: string;
  enabled: boolean;
  max_parallel: number;
  max_per_second: number | null;
}

export async function insertWebhook(db: Queryable, values: WebhookValues): Promise<number> {
  const { url, description, types, volume, enabled, max_parallel, max_per_second } = values;
  const { rows } = await db.query<{ id: number }>(
    `insert into webhooks (url, description, types, volume, enabled, max_parallel, max_per_second, disabled_reason, disabled_at)
     values ($1, $2, $3, $4, $5, $6, $7, case when not $5 then 'manual' end, case when not $5 then now() end)
     returning id`,
    [url, description, types, volume, enabled, max_parallel, max_per_second],
  );
  return (rows[0] as { id: number }).id;
}

/** Updates all settings of a webhook. Enabling the webhook clears the reason why it was disabled; disabling it records the
 * reason `manual`. */
export async function updateWebhook(db: Queryable, id: number, values: WebhookValues): Promise<void> {
  const { url, description, types, volume, enabled, max_parallel, max_per_second } = values;
  await db.query(
    `update webhooks set
       url = $2, description = $3, types = $4, volume = $5, max_parallel = $7, max_per_second = $8,
       disabled_reason = case when $6 then null when enabled then 'manual' else disabled_reason end,
       disabled_at = case when $6 then null when enabled then now() else disabled_at end,
       enabled = $6, updated_at = now(), version = version + 1
     where id = $1`,
    [id, url, description, types, volume, enabled, max_parallel, max_per_second],
  );
}

/** Ends a pause of the webhook and resets its failure count. Called when a user enables the webhook, retries a delivery or starts a
 * replay. */
export async function resetFailures(db: Queryable, id: number): Promise<void> {
  await db.query(
    "update webhooks set failing_since = null, consecutive_failures = 0, trips = 0, paused_until = null where id = $1",
    [id],
  );
}

export async function markDeleted(db: Queryable, id: number): Promise<void> {
  await db.query(
    `update webhooks set deleted_at = now(), enabled = false, headers_sealed = null, header_names = '{}', version = version + 1
     where id = $1`,
    [id],
  );
  await db.query("delete from webhook_secrets where webhook_id = $1", [id]);
}

export async function setHeaders(
  db: Queryable,
  id: number,
  names: readonly string[],
  sealed: string | null,
): Promise<void> {
  await db.query("update webhooks set header_names = $2, headers_sealed = $3 where id = $1", [id, names, sealed]);
}

export async function readSealedHeaders(db: Queryable, id: number): Promise<string | null> {
  const { rows } = await db.query<{ headers_sealed: string | null }>(
    "select headers_sealed from webhooks where id = $1",
    [id],
  );
  return rows[0]?.headers_sealed ?? null;
}

export interface SealedSecret {
  sealed: string;
  created_at: string;
  expires_at: string | null;
}

/** Returns the valid secrets, newest first. */
export async function listSecrets(db: Queryable, webhookId: number): Promise<SealedSecret[]> {
  const { rows } = await db.query<SealedSecret>(
    `select sealed, created_at, expires_at from webhook_secrets
     where webhook_id = $1 and (expires_at is null or expires_at > now()) order by id desc`,
    [webhookId],
  );
  return rows;
}

export async function insertSecret(db: Queryable, webhookId: number, sealed: string): Promise<void> {
  await db.query("insert into webhook_secrets (webhook_id, sealed) values ($1, $2)", [webhookId, sealed]);
}

/** Limits the validity of existing secrets to `hours`, and deletes expired ones. */
export async function expireSecrets(db: Queryable, webhookId: number, hours: number): Promise<void> {
  await db.query(
    `update webhook_secrets set expires_at = least(expires_at, now() + make_interval(secs => $2 * 3600.0))
     where webhook_id = $1`,
    [webhookId, hours],
  );
  await db.query("delete from webhook_secrets where webhook_id = $1 and expires_at <= now()", [webhookId]);
  await db.query("update webhooks set version = version + 1 where id = $1", [webhookId]);
}

/** Wakes the workers for this webhook after the commit. */
export async function notifyWorkers(db: Queryable, webhookId: number): Promise<void> {
  await db.query("select pg_notify($1, $2)", [WEBHOOK_CHANNEL, String(webhookId)]);
}

/** Locks the webhook's row, which serialises its changes. */
export async function lockWebhook(db: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await db.query("select from webhooks where id = $1 and deleted_at is null for update", [id]);
  return rowCount === 1;
}
