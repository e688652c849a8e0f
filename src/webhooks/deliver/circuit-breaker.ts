// Circuit breaker: depending on the outcomes of deliveries, resets the failure count of a webhook, or pauses or disables the
// webhook.
import type pg from "pg";
import { withTransaction } from "../../db/connection/connect.ts";
import { emitEvents } from "../../events/emit.ts";
import type { WebhookContext } from "../context.ts";
import { agoOf } from "./store.ts";
import { BREAKER_FAILURES, breakerPause, DISABLE_AFTER_MS, overloadPause, saysOverloaded } from "./retry-schedule.ts";
import type { Outcome } from "./request/send.ts";

/** Records the outcomes of attempts. The outcomes must be in the order in which the attempts ended. The caller must read the webhook
 * again before it sends more, because the webhook may have been paused or disabled. */
export async function recordOutcomes(
  context: WebhookContext,
  webhookId: number,
  outcomes: readonly Outcome[],
): Promise<void> {
  const state = await countOutcomes(context.pool, webhookId, outcomes);
  const last = outcomes.at(-1);
  if (state === undefined || last === undefined || last.succeeded) return;
  const { time_scale } = context.settings;
  if (outcomes.some(({ status }) => status === 410)) {
    await disable(context, webhookId, "gone");
    return;
  }
  if (state.failing_ms > DISABLE_AFTER_MS * time_scale) {
    await disable(context, webhookId, "failing");
    return;
  }
  const askedMs = Math.max(
    0,
    ...outcomes.map(({ status, retry_after_ms = 0 }) => (saysOverloaded(status) ? retry_after_ms : 0)),
  );
  const overloadMs = saysOverloaded(last.status) ? overloadPause(state.consecutive_failures, time_scale) : 0;
  const trips = state.consecutive_failures >= BREAKER_FAILURES && !state.is_paused;
  const breakerMs = trips ? breakerPause(state.trips + 1, time_scale) : 0;
  const pauseMs = Math.max(askedMs, overloadMs, breakerMs);
  if (pauseMs > 0) await pause(context.pool, webhookId, pauseMs, trips);
}

interface State {
  consecutive_failures: number;
  trips: number;
  failing_ms: number;
  is_paused: boolean;
}

async function countOutcomes(
  pool: pg.Pool,
  webhookId: number,
  outcomes: readonly Outcome[],
): Promise<State | undefined> {
  const success = outcomes.findLast(({ succeeded }) => succeeded);
  const failures = outcomes.slice(outcomes.findLastIndex(({ succeeded }) => succeeded) + 1);
  const last = failures.at(-1);
  const { rows } = await pool.query<State>(
    `update webhooks set
       last_success_at = coalesce(${ago("$2")}, last_success_at),
       last_failure_at = coalesce(${ago("$4")}, last_failure_at),
       last_status = case when $5::text is null then last_status else $7 end,
       last_error = coalesce($5, last_error),
       last_message = coalesce($8, last_message),
       consecutive_failures = case when $2::float8 is null then consecutive_failures else 0 end + $6,
       failing_since = coalesce(case when $2::float8 is null then failing_since end, ${ago("$3")}),
       trips = case when $2::float8 is null then trips else 0 end,
       paused_until = case when $2::float8 is null then paused_until end
     where id = $1
     returning consecutive_failures, trips, coalesce(paused_until > now(), false) as is_paused,
               coalesce(extract(epoch from now() - failing_since) * 1000, 0)::float8 as failing_ms`,
    [
      webhookId,
      success === undefined ? null : agoOf(success),
      failures[0] === undefined ? null : agoOf(failures[0]),
      last === undefined ? null : agoOf(last),
      last?.error ?? null,
      failures.length,
      last?.status ?? null,
      last?.message ?? null,
    ],
  );
  return rows[0];
}

/** SQL for the time `ms` milliseconds ago; null if `ms` is null. Uses the database's clock, like all times of a webhook. */
const ago = (ms: string): string => `now() - make_interval(secs => ${ms}::float8 / 1000)`;

async function pause(pool: pg.Pool, webhookId: number, pauseMs: number, trips: boolean): Promise<void> {
  await pool.query(
    `update webhooks set trips = trips + $3,
       paused_until = greatest(paused_until, now() + make_interval(secs => $2::float8 / 1000))
     where id = $1`,
    [webhookId, pauseMs, trips ? 1 : 0],
  );
}

/** Disables the webhook and emits an event. Waiting deliveries of the webhook are sent when it is enabled again. */
async function disable(context: WebhookContext, webhookId: number, reason: "gone" | "failing"): Promise<void> {
  await withTransaction(context.pool, async (client) => {
    const { rows } = await client.query<{ description: string }>(
      `update webhooks set enabled = false, disabled_reason = $2, disabled_at = now(), updated_at = now(), version = version + 1
       where id = $1 and enabled returning description`,
      [webhookId, reason],
    );
    const [webhook] = rows;
    if (webhook === undefined) return;
    const data = { webhook_id: webhookId, description: webhook.description, reason };
    await emitEvents(client, [{ type: "webhook.disabled", changeset_id: null, data }]);
    context.log.warn({ webhook_id: webhookId, reason }, "a webhook was disabled");
  });
}
