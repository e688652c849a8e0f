// Tests that a worker's clock may differ from the database's clock by any amount without effect.
import { beforeEach, expect, test, vi } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createReceiver } from "../../../tests/support/receiver.ts";
import { createWebhookContext, noAudit } from "../../../tests/support/webhook-app.ts";
import { createWebhook } from "../change-webhook.ts";
import { recordOutcomes } from "./circuit-breaker.ts";
import { createAgent, send, type Outcome } from "./request/send.ts";
import { readWebhook } from "../store.ts";
import { create_webhook_body } from "../../../contract/webhooks/webhooks.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = createWebhookContext(database);
const MONTH_MS = 30 * 86_400_000;

beforeEach(() =>
  pool.query("truncate webhooks, webhook_secrets, webhook_replays, webhook_deliveries, webhook_attempts, events"),
);

/** Makes an attempt by a worker whose clock is wrong by `skewMs`, and returns the webhook. */
async function attemptWith(skewMs: number, status: number, id?: number) {
  const receiver = await createReceiver();
  receiver.answer = (_request, response) => void response.writeHead(status).end();
  const webhookId = id ?? (await createWebhook(context, create_webhook_body.parse({ url: receiver.url }), noAudit)).id;
  const agent = createAgent(context.settings, 1);
  let outcome: Outcome;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + skewMs });
  try {
    const outgoing = { url: new URL(receiver.url), event_id: "evt_1", body: "{}", keys: [], headers: {} };
    outcome = await send(agent, outgoing, context.settings);
    await recordOutcomes({ ...context, settings: { ...context.settings, time_scale: 1 } }, webhookId, [outcome]);
  } finally {
    vi.useRealTimers();
  }
  await agent.close();
  return { outcome, webhook_id: webhookId, webhook: await readWebhook(pool, webhookId) };
}

/** Returns the number of seconds from a time of a webhook to the database's current time. */
async function distance(at: string | null | undefined): Promise<number> {
  const { rows } = await pool.query<{ s: number }>(
    "select abs(extract(epoch from now() - $1::timestamptz))::float8 as s",
    [at],
  );
  return rows[0]?.s ?? Infinity;
}

test.each([
  ["a month slow", -MONTH_MS],
  ["a month fast", MONTH_MS],
  ["right", 0],
])("the first failure does not disable a webhook if the worker's clock is %s", async (_, skewMs) => {
  const { outcome, webhook } = await attemptWith(skewMs, 500);
  expect(outcome.status).toBe(500);
  expect(webhook).toMatchObject({ enabled: true, status: "failing", consecutive_failures: 1 });
  expect(await distance(webhook?.failing_since)).toBeLessThan(600);
  expect(await distance(webhook?.last_failure_at)).toBeLessThan(600);
});

test("a success ends the failure period, regardless of the worker's clock", async () => {
  const { webhook_id } = await attemptWith(MONTH_MS, 500);
  const { webhook } = await attemptWith(-MONTH_MS, 204, webhook_id);
  expect(webhook).toMatchObject({ failing_since: null, consecutive_failures: 0, status: "healthy" });
  expect(await distance(webhook?.last_success_at)).toBeLessThan(600);
});

test("control: a failure period of five days by the database's clock disables the webhook", async () => {
  const { webhook_id } = await attemptWith(0, 500);
  await pool.query("update webhooks set failing_since = now() - interval '6 days' where id = $1", [webhook_id]);
  const { webhook } = await attemptWith(-MONTH_MS, 500, webhook_id);
  expect(webhook).toMatchObject({ enabled: false, disabled_reason: "failing" });
});
