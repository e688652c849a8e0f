import type { ServerResponse } from "node:http";
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createReceiver, type Receiver } from "../../../tests/support/receiver.ts";
import { until } from "../../../tests/support/until.ts";
import { createWebhookContext, noAudit } from "../../../tests/support/webhook-app.ts";
import { emitEvents } from "../../events/emit.ts";
import { createWebhook } from "../change-webhook.ts";
import { claimDeliveries, completeDeliveries, releaseOfDead } from "./store.ts";
import { fanOut } from "./fan-out.ts";
import { purgeDeliveries } from "../log/purge.ts";
import type { Outcome } from "./request/send.ts";
import { deliverWebhooks } from "./worker.ts";
import { create_webhook_body, type CreateWebhook } from "../../../contract/webhooks/webhooks.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = createWebhookContext(database);

beforeEach(() =>
  pool.query("truncate webhooks, webhook_secrets, webhook_replays, webhook_deliveries, webhook_attempts, events"),
);

function startWorker(): { stop: () => Promise<void> } {
  const stop = new AbortController();
  const worker = deliverWebhooks(context, database.address, stop.signal);
  return {
    async stop() {
      stop.abort();
      await worker;
    },
  };
}
async function setUp(values: Partial<CreateWebhook> = {}): Promise<{ receiver: Receiver; id: number }> {
  const receiver = await createReceiver();
  const { id } = await createWebhook(context, create_webhook_body.parse({ url: receiver.url, ...values }), noAudit);
  return { receiver, id };
}
const emit = (...ids: number[]): Promise<void> =>
  emitEvents(
    pool,
    ids.map((id) => ({
      type: "product.deleted" as const,
      changeset_id: null,
      data: { id, sku: "a", version: 1, changeset_id: null, actor: "test" },
    })),
  );
const countOf = async (condition: string): Promise<number> =>
  (await pool.query(`select from webhook_deliveries where ${condition}`)).rowCount ?? 0;

const waitingForLock = async (table: string): Promise<number> =>
  (await pool.query("select from pg_locks where relation = $1::regclass and not granted", [table])).rowCount ?? 0;

const outcome = (succeeded: boolean): Outcome => ({
  started_ms: performance.now(),
  duration_ms: 1,
  succeeded,
  error: succeeded ? null : "status",
  message: null,
  url: "http://a/",
  request_headers: {},
  status: succeeded ? 200 : 500,
  response_headers: {},
  response_body: "",
  response_truncated: false,
  retry_after_ms: undefined,
});

test("a receiver that never responds does not delay the events of other receivers", async () => {
  const hanging = await setUp();
  hanging.receiver.answer = () => undefined;
  const well = await setUp();
  const worker = startWorker();
  for (let i = 0; i < 60; i++) await emit(i);
  await until(() => well.receiver.received.length === 60);
  // The other receiver has all its events although deliveries to the hanging receiver are still waiting. These take long: each ends with a
  // timeout, and only 8 requests run at the same time.
  expect(await countOf(`webhook_id = ${hanging.id} and state in ('waiting', 'sending')`)).toBeGreaterThan(0);
  await pool.query("update webhooks set enabled = false");
  await hanging.receiver.close();
  await worker.stop();
});

test("a stopping worker finishes running requests, stores their outcomes and releases other claims", async () => {
  const { receiver } = await setUp({ max_parallel: 2 });
  const responses: ServerResponse[] = [];
  receiver.answer = (_request, response) => responses.push(response);
  const worker = startWorker();
  await emit(1, 2, 3, 4, 5, 6);
  await until(() => receiver.received.length >= 2);
  const stopped = worker.stop();
  for (const response of responses) response.end();
  await stopped;
  receiver.answer = (_request, response) => response.end();
  const sent = receiver.received.length;
  expect(sent).toBeLessThan(6);
  expect(await countOf("state = 'delivered'")).toBe(sent);
  expect(await countOf("claimed_by is not null")).toBe(0);
  const next = startWorker();
  await until(async () => (await countOf("state = 'delivered'")) === 6);
  expect(receiver.received).toHaveLength(6);
  await next.stop();
});

test("a stopping worker begins no request while one of its loops waits for the database", async () => {
  const { receiver } = await setUp({ max_parallel: 2 });
  const responses: ServerResponse[] = [];
  receiver.answer = (_request, response) => responses.push(response);
  const worker = startWorker();
  await emit(1, 2, 3, 4, 5, 6);
  await until(() => receiver.received.length === 2);
  const blocker = await pool.connect();
  try {
    await blocker.query("begin; lock table events in access exclusive mode");
    await until(async () => (await waitingForLock("events")) > 0);
    const stopped = worker.stop();
    for (const response of responses) response.end();
    await until(async () => (await countOf("state = 'delivered'")) === 2);
    expect(receiver.received).toHaveLength(2);
    await blocker.query("rollback");
    await stopped;
  } finally {
    blocker.release();
  }
  expect(receiver.received).toHaveLength(2);
  expect(await countOf("claimed_by is not null")).toBe(0);
});

test("claims of a dead worker are taken over before their leases expire", async () => {
  const { receiver, id } = await setUp();
  await emit(1, 2, 3);
  await fanOut(pool);
  const DEAD = 2_000_000;
  expect(await claimDeliveries(pool, id, DEAD, 10)).toHaveLength(3);
  expect(await claimDeliveries(pool, id, DEAD + 1, 10)).toHaveLength(0);
  await pool.query("update webhook_deliveries set lease_until = now() + interval '1 day'");
  const worker = startWorker();
  await until(() => receiver.received.length === 3);
  await worker.stop();
});

test("a worker that has lost its claim cannot fail the delivery, but can report success", async () => {
  const { id } = await setUp();
  await emit(1, 2);
  await fanOut(pool);
  const [first, second] = await claimDeliveries(pool, id, 101, 10);
  await releaseOfDead(pool);
  await claimDeliveries(pool, id, 102, 10);
  const late = (delivery: { id: number } | undefined, succeeded: boolean) =>
    completeDeliveries(pool, id, 101, [{ id: delivery?.id ?? 0, outcome: outcome(succeeded), delay_ms: undefined }]);
  await late(first, false);
  await late(second, true);
  const { rows } = await pool.query("select state, claimed_by from webhook_deliveries order by id");
  expect(rows).toEqual([
    { state: "waiting", claimed_by: 102 },
    { state: "delivered", claimed_by: null },
  ]);
  // The log contains every attempt of both workers.
  expect((await pool.query("select from webhook_attempts")).rowCount).toBe(2);
});

test("old deliveries, attempts and deleted webhooks are purged in batches; newer ones stay", async () => {
  const { id } = await setUp();
  const deleted = await setUp();
  await pool.query(
    `with made as (
       insert into webhook_deliveries (webhook_id, event_id, type, happened_at, due_at, created_at, state)
       select case when i % 2 = 0 then $1::bigint else $2 end, i, 'product.deleted', now(), now(), now() - make_interval(days => 40 - i / 300), 'delivered'
       from generate_series(1, 12000) i returning id, webhook_id
     )
     insert into webhook_attempts (delivery_id, webhook_id, started_at, duration_ms, succeeded, url, request_headers)
     select id, webhook_id, now(), 1, true, '', '{}' from made`,
    [id, deleted.id],
  );
  await pool.query("update webhooks set deleted_at = now() where id = $1", [deleted.id]);
  await purgeDeliveries(pool, 30);
  const young = await countOf("created_at > now() - interval '30 days'");
  expect(young).toBeGreaterThan(4000);
  expect(await countOf("true")).toBe(young);
  expect(await countOf(`webhook_id = ${deleted.id}`)).toBe(0);
  expect((await pool.query("select from webhook_attempts")).rowCount).toBe(young);
  expect((await pool.query("select from webhooks")).rowCount).toBe(1);
});

test("a delivery whose event has been purged fails and is not sent empty", async () => {
  const { receiver, id } = await setUp();
  await emit(1);
  await fanOut(pool);
  await pool.query("delete from events");
  expect(await claimDeliveries(pool, id, 103, 10)).toEqual([]);
  expect(await countOf("state = 'failed'")).toBe(1);
  expect(receiver.received).toEqual([]);
});
