import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createReceiver, type Received, type Receiver } from "../../../tests/support/receiver.ts";
import { until } from "../../../tests/support/until.ts";
import { createWebhookContext, noAudit } from "../../../tests/support/webhook-app.ts";
import { emitEvents, type NewEvent } from "../../events/emit.ts";
import { changeWebhook, createWebhook, findWebhook } from "../change-webhook.ts";
import { readSecrets, rotateSecret } from "../secrets.ts";
import { deliverWebhooks } from "./worker.ts";
import type { CreateWebhook } from "../../../contract/webhooks/webhooks.ts";
import { create_webhook_body } from "../../../contract/webhooks/webhooks.ts";

const database = await createTestDatabase();
const { pool } = database;
// Shortens the retry schedule of 75.6 hours to 2.7 seconds.
const SCALE = 0.00001;
const context = createWebhookContext(database, { time_scale: SCALE });

const stop = new AbortController();
const worker = deliverWebhooks(context, database.address, stop.signal);
afterAll(async () => {
  stop.abort();
  await worker;
});

const edited = (id: number): NewEvent => ({
  type: "product.updated",
  changeset_id: null,
  data: {
    id,
    sku: `SKU-${id}`,
    version: 2,
    changeset_id: null,
    actor: "test",
    changes: { name: { before: "a", after: "ä\u2028" } },
  },
});
const emit = (...ids: number[]): Promise<void> => emitEvents(pool, ids.map(edited));
const idsOf = (received: readonly Received[]): unknown[] => received.map(({ json }) => json.data["id"]);

async function setUp(values: Partial<CreateWebhook> = {}): Promise<{ receiver: Receiver; id: number }> {
  const receiver = await createReceiver();
  const { id } = await createWebhook(context, create_webhook_body.parse({ url: receiver.url, ...values }), noAudit);
  return { receiver, id };
}

interface Row {
  id: number;
  state: string;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
}
const deliveriesOf = async (webhookId: number): Promise<Row[]> =>
  (await pool.query<Row>("select * from webhook_deliveries where webhook_id = $1 order by id", [webhookId])).rows;
const switchOff = (id: number) => changeWebhook(context, id, { enabled: false }, noAudit);

test("an event is delivered immediately with a signature that the standard's library verifies, and is logged", async () => {
  const { receiver, id } = await setUp({ headers: { "X-Shop": "7" } });
  await emit(1);
  const got = await until(() => receiver.received[0]);
  const { secrets } = await readSecrets(pool, await context.loadKeys(), id);
  const verified = new Verifier(secrets[0]?.secret ?? "").verify(got.body, got.headers as Record<string, string>);
  expect(verified).toMatchObject({ type: "product.updated", data: { id: 1, changes: { name: { after: "ä\u2028" } } } });
  expect(got.headers).toMatchObject({ "x-shop": "7", "content-type": "application/json" });
  expect(got.id).toMatch(/^evt_[a-z0-9]+_\d+$/);
  expect(got.raw_headers.filter((name) => name.toLowerCase() === "host")).toHaveLength(1);
  await until(async () => (await deliveriesOf(id))[0]?.state === "delivered");
  const { rows } = await pool.query("select * from webhook_attempts where webhook_id = $1", [id]);
  expect(rows).toMatchObject([
    {
      succeeded: true,
      status: 200,
      response_body: "ok",
      request_headers: { "x-shop": "(hidden)", "webhook-id": got.id },
      response_headers: { "content-length": "2" },
    },
  ]);
  // The status is stored after the delivery.
  await until(async () => (await findWebhook(pool, id)).status === "healthy");
  expect(await findWebhook(pool, id)).toMatchObject({ consecutive_failures: 0, waiting: 0 });
  await switchOff(id);
});

test("during a rotation both secrets verify", async () => {
  const { receiver, id } = await setUp();
  await rotateSecret(pool, await context.loadKeys(), id, 24);
  await emit(1);
  const got = await until(() => receiver.received[0]);
  const { secrets } = await readSecrets(pool, await context.loadKeys(), id);
  expect(secrets).toHaveLength(2);
  for (const { secret } of secrets) new Verifier(secret).verify(got.body, got.headers as Record<string, string>);
  await switchOff(id);
});

test("a failing receiver gets ten attempts with the same id and body, then the delivery fails", async () => {
  const { receiver, id } = await setUp();
  receiver.answer = (_request, response) => response.writeHead(500).end("no\0pe");
  await emit(1);
  await until(async () => (await deliveriesOf(id))[0]?.state === "failed");
  expect(receiver.received).toHaveLength(10);
  expect(new Set(receiver.received.map(({ id: eventId }) => eventId)).size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  expect(await deliveriesOf(id)).toMatchObject([{ attempts: 10, last_status: 500, last_error: "status" }]);
  expect(await findWebhook(pool, id)).toMatchObject({
    consecutive_failures: 10,
    last_status: 500,
    last_error: "status",
    last_message: "The receiver responded with status 500.",
  });
  await switchOff(id);
});

test("a success after a failure resets the failure count", async () => {
  const { receiver, id } = await setUp();
  receiver.answer = (_request, response) => response.writeHead(receiver.received.length < 3 ? 503 : 204).end();
  await emit(1);
  await until(async () => (await deliveriesOf(id))[0]?.state === "delivered");
  expect(receiver.received).toHaveLength(3);
  expect(await findWebhook(pool, id)).toMatchObject({ status: "healthy", failing_since: null, paused_until: null });
  await switchOff(id);
});

test("410 disables the webhook and emits an event", async () => {
  const other = await setUp({ types: ["webhook.disabled"] });
  const { receiver, id } = await setUp({ types: ["product.updated"], description: "Old shop" });
  receiver.answer = (_request, response) => response.writeHead(410).end();
  await emit(1);
  const told = await until(() => other.receiver.received[0]);
  expect(told.json).toMatchObject({
    type: "webhook.disabled",
    data: { webhook_id: id, description: "Old shop", reason: "gone" },
  });
  expect(await findWebhook(pool, id)).toMatchObject({ enabled: false, status: "disabled", disabled_reason: "gone" });
  expect(await deliveriesOf(id)).toMatchObject([{ state: "failed", attempts: 1 }]);
  await switchOff(other.id);
});

test("Retry-After is respected: no attempt is made before the requested time", async () => {
  const { receiver, id } = await setUp();
  receiver.answer = (_request, response) => {
    if (receiver.received.length === 1) response.writeHead(429, { "retry-after": "2" }).end();
    else response.end();
  };
  await emit(1);
  await until(() => receiver.received.length === 1);
  await until(async () => (await findWebhook(pool, id)).paused_until !== null);
  await emit(2);
  await until(() => receiver.received.length >= 3);
  const [first, ...later] = receiver.received;
  for (const { at } of later) expect(at - (first?.at ?? 0)).toBeGreaterThan(1900);
  await switchOff(id);
});

test("five days of failures disable a webhook, and the reason is stored", async () => {
  const { receiver, id } = await setUp();
  receiver.answer = (_request, response) => response.writeHead(500).end();
  await emit(1);
  await until(async () => (await findWebhook(pool, id)).failing_since !== null);
  await pool.query(
    "update webhooks set failing_since = now() - make_interval(secs => 5 * 86400 * $1::float8) where id = $2",
    [SCALE, id],
  );
  await until(async () => !(await findWebhook(pool, id)).enabled);
  expect(await findWebhook(pool, id)).toMatchObject({ disabled_reason: "failing" });
  // When the webhook is enabled again, its failure count is reset and waiting deliveries are sent.
  receiver.answer = (_request, response) => response.end();
  await changeWebhook(context, id, { enabled: true }, noAudit);
  await until(async () => (await deliveriesOf(id))[0]?.state === "delivered");
  await until(async () => (await findWebhook(pool, id)).status === "healthy");
  expect((await findWebhook(pool, id)).failing_since).toBeNull();
  await switchOff(id);
});

test("types and volume decide which events are delivered", async () => {
  const all = await setUp();
  const none = await setUp({ volume: "none" });
  const chosen = await setUp({ types: ["product.updated", "import.failed"] });
  const summary = {
    import_id: 1,
    changeset_id: null,
    actor: "test",
    filename: "a.csv",
    rows: 1,
    created: 1,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    adds: 0,
    superseded: 0,
    rejected: 0,
    ignored: 0,
  };
  await emitEvents(pool, [
    { type: "import.completed", changeset_id: null, data: summary },
    { type: "import.failed", changeset_id: null, data: { ...summary, problem: null } },
    edited(1),
    {
      type: "product.deleted",
      changeset_id: null,
      data: { id: 2, sku: "b", version: 1, changeset_id: null, actor: "test" },
    },
  ]);
  await until(() => all.receiver.received.length === 4);
  await until(() => none.receiver.received.length === 2);
  await until(() => chosen.receiver.received.length === 2);
  // All events have been fanned out: no further deliveries will follow.
  for (const [{ id }, count] of [
    [all, 4],
    [none, 2],
    [chosen, 2],
  ] as const)
    expect(await deliveriesOf(id)).toHaveLength(count);
  expect(all.receiver.received.map(({ json }) => json.type).sort()).toEqual([
    "import.completed",
    "import.failed",
    "product.deleted",
    "product.updated",
  ]);
  expect(none.receiver.received.map(({ json }) => json.type).sort()).toEqual(["product.deleted", "product.updated"]);
  expect(chosen.receiver.received.map(({ json }) => json.type).sort()).toEqual(["import.failed", "product.updated"]);
  for (const { id } of [all, none, chosen]) await switchOff(id);
});

test("an event that was rolled back is never sent, and a long transaction does not delay later events", async () => {
  const { receiver, id } = await setUp();
  const long = await pool.connect();
  await long.query("begin");
  await emitEvents(long, [edited(1)]);
  const undone = await pool.connect();
  await undone.query("begin");
  await emitEvents(undone, [edited(2)]);
  await undone.query("rollback");
  undone.release();
  await emit(3);
  await until(() => receiver.received.length === 1);
  await long.query("commit");
  long.release();
  await until(() => receiver.received.length === 2);
  expect(idsOf(receiver.received)).toEqual([3, 1]);
  await switchOff(id);
});

test("concurrent requests and requests per second stay within the limits", async () => {
  const slots = await setUp({ max_parallel: 3 });
  let now = 0;
  let most = 0;
  slots.receiver.answer = (_request, response) => {
    most = Math.max(most, ++now);
    // Injected delay: each request occupies its slot for a while.
    setTimeout(() => {
      now -= 1;
      response.end();
    }, 20);
  };
  const rate = await setUp({ max_per_second: 20 });
  const startedMs = performance.now();
  await emit(...Array.from({ length: 40 }, (_, i) => i));
  await until(() => slots.receiver.received.length === 40 && rate.receiver.received.length === 40);
  expect(most).toBe(3);
  // 40 requests at 20 a second take two seconds, minus a short burst at the beginning. A busy machine can only take longer.
  expect((rate.receiver.received.at(-1)?.at ?? 0) - startedMs).toBeGreaterThan(1700);
  expect(new Set(idsOf(slots.receiver.received)).size).toBe(40);
  for (const { id } of [slots, rate]) await switchOff(id);
});
