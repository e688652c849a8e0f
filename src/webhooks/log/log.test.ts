import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createReceiver, type Receiver } from "../../../tests/support/receiver.ts";
import { until } from "../../../tests/support/until.ts";
import { encodeCursor } from "../../cursor.ts";
import { asker, createWebhookContext } from "../../../tests/support/webhook-app.ts";
import { emitEvents } from "../../events/emit.ts";
import { readSecrets } from "../secrets.ts";
import { keyOf, verify } from "../deliver/request/sign.ts";
import { deliverWebhooks } from "../deliver/worker.ts";
import { EVENT_TYPES } from "../../../contract/webhooks/event-types.ts";
import type { Delivery, DeliveryDetail, FeedEvent, Replay } from "../../../contract/webhooks/deliveries.ts";
import type { Webhook, WebhookHealth } from "../../../contract/webhooks/webhooks.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = createWebhookContext(database, { time_scale: 0.00001 });
const app = await createTestApp(database, { webhooks: context });
const ask = asker(app);

const stop = new AbortController();
const worker = deliverWebhooks(context, database.address, stop.signal);
afterAll(async () => {
  stop.abort();
  await worker;
});

const emit = (...ids: number[]): Promise<void> =>
  emitEvents(
    pool,
    ids.map((id) => ({
      type: "product.deleted" as const,
      changeset_id: null,
      data: { id, sku: "a", version: 1, changeset_id: null, actor: "test" },
    })),
  );

async function setUp(values: object = {}): Promise<{ receiver: Receiver; id: number }> {
  const receiver = await createReceiver();
  const { body } = await ask("POST", "/api/webhooks", { url: receiver.url, ...values });
  return { receiver, id: (body as Webhook).id };
}
const patch = (id: number, values: object) => ask("PATCH", `/api/webhooks/${id}`, values);
const listOf = async (id: number, query = ""): Promise<{ items: Delivery[]; next_cursor: string | null }> =>
  (await ask("GET", `/api/webhooks/${id}/deliveries?${query}`)).body;
const deliveredOf = async (id: number): Promise<number> => (await listOf(id, "state=delivered&limit=200")).items.length;
const replayOf = async (id: number, body: object): Promise<Replay> => {
  const { status, body: replay } = await ask("POST", `/api/webhooks/${id}/replay`, body);
  expect(status).toBe(202);
  return until(async () => {
    const now = (await ask("GET", `/api/replays/${(replay as Replay).id}`)).body as Replay;
    return now.state === "done" ? now : undefined;
  });
};
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

test("the log can be filtered, has pages and lists the newest deliveries first", async () => {
  const { receiver, id } = await setUp();
  receiver.answer = ({ json }, response) =>
    response.writeHead(json.data["id"] === 3 ? 400 : 200, { "x-a": "b" }).end("<html>");
  await emit(1, 2, 3, 4, 5);
  await until(async () => (await deliveredOf(id)) === 4);
  await untilFailed(id);
  const all = (await listOf(id)).items;
  expect(all.map((delivery) => delivery.id)).toEqual(all.map((delivery) => delivery.id).sort((a, b) => b - a));
  const first = await listOf(id, "limit=2");
  const second = await listOf(id, `limit=3&cursor=${first.next_cursor}`);
  expect([...first.items, ...second.items]).toEqual(all);
  expect((await listOf(id, "type=product.created")).items).toEqual([]);
  expect((await listOf(id, `until=${ago(60)}`)).items).toEqual([]);
  expect((await listOf(id, `since=${ago(60)}`)).items).toHaveLength(5);
  const failed = (await listOf(id, "state=failed")).items[0] as Delivery;
  const detail = (await ask("GET", `/api/deliveries/${failed.id}`)).body as DeliveryDetail;
  expect(detail).toMatchObject({ attempts: 10, state: "failed", last_status: 400, is_test: false });
  expect(detail.attempt_log.map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(detail.attempt_log[0]).toMatchObject({
    status: 400,
    error: "status",
    response_body: "<html>",
    response_headers: { "x-a": "b" },
    request_headers: { "webhook-id": failed.event_id },
  });
  expect(detail.body).toBe(receiver.received.find(({ json }) => json.data["id"] === 3)?.body);
  expect((await ask("GET", "/api/deliveries/999999")).status).toBe(404);
  expect((await ask("GET", `/api/webhooks/${id}/deliveries?cursor=x`)).status).toBe(400);
  await patch(id, { enabled: false });
});

/** Waits until the only delivery of the webhook has failed. With this time scale, a webhook is disabled after failing for four seconds. A
 * slow machine may need longer, so each poll enables the webhook again. */
const untilFailed = (id: number): Promise<unknown> =>
  until(async () => {
    await patch(id, { enabled: true });
    return (await listOf(id, "state=failed")).items.length === 1;
  });

test("any delivery can be sent again manually with the same id", async () => {
  const { receiver, id } = await setUp();
  receiver.answer = (_request, response) => response.writeHead(500).end();
  await emit(1);
  await untilFailed(id);
  receiver.answer = (_request, response) => response.end();
  const [failed] = (await listOf(id)).items as [Delivery];
  expect((await ask("POST", `/api/deliveries/${failed.id}/retry`)).status).toBe(202);
  await until(async () => (await deliveredOf(id)) === 1);
  await ask("POST", `/api/deliveries/${failed.id}/retry`);
  await until(() => receiver.received.length === 12);
  expect(new Set(receiver.received.map((received) => received.id)).size).toBe(1);
  await patch(id, { enabled: false });
  expect((await ask("POST", `/api/deliveries/${failed.id}/retry`)).status).toBe(409);
});

test("a replay sends all failed deliveries", async () => {
  const { receiver, id } = await setUp({ max_parallel: 64 });
  const COUNT = 600;
  await emit(...Array.from({ length: COUNT }, (_, i) => i));
  await until(async () => (await pool.query("select from events where not fanned_out")).rowCount === 0);
  // Wait until all deliveries are done, then mark them as failed.
  await until(() => receiver.received.length === COUNT);
  await until(async () => (await ask("GET", `/api/webhooks/${id}/health`)).body["due"] === 0);
  await pool.query("update webhook_deliveries set state = 'failed', finished_at = now() where webhook_id = $1", [id]);
  receiver.received.length = 0;
  const replay = await replayOf(id, { scope: "failed", since: ago(60) });
  expect(replay).toMatchObject({ total: COUNT, queued: COUNT });
  await until(() => receiver.received.length === COUNT);
  expect(new Set(receiver.received.map((received) => received.id)).size).toBe(COUNT);
  expect(await replayOf(id, { scope: "failed", since: ago(-60) })).toMatchObject({ total: 0 });
  await patch(id, { enabled: false });
});

test("a replay sends events from before the webhook existed and while it was disabled", async () => {
  const since = new Date().toISOString();
  await emit(1);
  const { receiver, id } = await setUp({ types: ["product.deleted"] });
  await emit(2);
  await until(() => receiver.received.length === 1);
  await patch(id, { enabled: false });
  expect((await ask("POST", `/api/webhooks/${id}/replay`, { scope: "missing", since })).status).toBe(409);
  await emit(3);
  await until(async () => (await pool.query("select from events where not fanned_out")).rowCount === 0);
  await patch(id, { enabled: true });
  expect(await replayOf(id, { scope: "missing", since })).toMatchObject({ total: 2, queued: 2 });
  await until(() => receiver.received.length === 3);
  expect(receiver.received.map(({ json }) => json.data["id"])).toEqual([2, 1, 3]);
  expect(await replayOf(id, { scope: "missing", since })).toMatchObject({ total: 0 });
  await patch(id, { enabled: false });
});

test("a test event can have any type and data, returns the response and has no effect except in the log", async () => {
  const { receiver, id } = await setUp({ enabled: false });
  receiver.answer = (_request, response) => response.writeHead(418, { "x-tea": "pot" }).end("short");
  const { body } = await ask("POST", `/api/webhooks/${id}/test`, { type: "product.updated", data: { id: 9 } });
  expect(body).toMatchObject({
    delivered: false,
    attempt: { status: 418, response_headers: { "x-tea": "pot" }, response_body: "short", error: "status" },
  });
  const [got] = receiver.received;
  expect(got?.json).toMatchObject({ type: "product.updated", data: { id: 9 } });
  const { secrets } = await readSecrets(pool, await context.loadKeys(), id);
  expect(
    verify([keyOf(secrets[0]?.secret ?? "")], got?.headers ?? {}, Buffer.from(got?.body ?? ""), Date.now()),
  ).toBeUndefined();
  receiver.answer = (_request, response) => response.end();
  for (const type of ["ping", "import.completed", "products.changed"]) {
    expect((await ask("POST", `/api/webhooks/${id}/test`, { type })).body).toMatchObject({ delivered: true });
  }
  const { items } = await listOf(id);
  expect(items).toHaveLength(4);
  expect(items.every(({ is_test, state, attempts }) => is_test && state !== "waiting" && attempts === 1)).toBe(true);
  expect((await ask("GET", `/api/webhooks/${id}`)).body).toMatchObject({ consecutive_failures: 0, status: "disabled" });
  const large = { type: "ping", data: { text: "x".repeat(200_001) } };
  expect((await ask("POST", `/api/webhooks/${id}/test`, large)).status).toBe(413);
  expect((await ask("POST", `/api/webhooks/${id}/test`, { data: { text: "\0" } })).status).toBe(400);
});

test("health shows the success rate and latencies of a day, and scheduled attempts", async () => {
  const { receiver, id } = await setUp();
  expect((await ask("GET", `/api/webhooks/${id}/health`)).body).toMatchObject({ attempts: 0, success_rate: null });
  receiver.answer = ({ json }, response) => response.writeHead(json.data["id"] === 1 ? 500 : 200).end();
  await emit(1, 2);
  await untilFailed(id);
  const health = (await ask("GET", `/api/webhooks/${id}/health`)).body as WebhookHealth;
  expect(health).toMatchObject({ attempts: 11, succeeded: 1, failed: 1, due: 0, retrying: 0, next_attempt_at: null });
  expect(health.success_rate).toBeCloseTo(1 / 11);
  expect(health.p95_ms).toBeGreaterThan(0);
  await patch(id, { enabled: false });
});

test("the feed pages through every event once in order, and refuses a purged cursor with 410", async () => {
  const read = async (query: string): Promise<{ items: FeedEvent[]; next_cursor: string; has_more: boolean }> =>
    (await ask("GET", `/api/events/feed?${query}`)).body;
  const { next_cursor: first } = await read("limit=1");
  let cursor = first;
  for (let more = true; more;) ({ next_cursor: cursor, has_more: more } = await read(`limit=500&cursor=${cursor}`));
  expect(await read(`cursor=${cursor}`)).toEqual({ items: [], next_cursor: cursor, has_more: false });
  await emit(...Array.from({ length: 25 }, (_, i) => i));
  const got: FeedEvent[] = [];
  for (;;) {
    const page = await read(`cursor=${cursor}&limit=10`);
    got.push(...page.items);
    cursor = page.next_cursor;
    if (!page.has_more) break;
  }
  expect(got.map(({ data }) => data["id"])).toEqual(Array.from({ length: 25 }, (_, i) => i));
  expect(new Set(got.map(({ id }) => id)).size).toBe(25);
  expect((await read("type=product.updated")).items).toEqual([]);
  expect((await ask("GET", `/api/events/feed?cursor=${encodeCursor("events", [99999999])}`)).status).toBe(400);
  expect((await ask("GET", "/api/events/feed?cursor=x")).status).toBe(400);
  await pool.query("delete from events where position <= 3");
  expect((await ask("GET", `/api/events/feed?cursor=${first}`)).status).toBe(410);
  expect((await ask("GET", "/api/events/feed")).status).toBe(200);
});

test("the published library verifies every type of event, a retry and a replay with either secret of a rotation", async () => {
  const since = ago(1);
  const { receiver, id } = await setUp();
  expect((await ask("POST", `/api/webhooks/${id}/rotate`, {})).status).toBe(200);
  for (const type of EVENT_TYPES) await ask("POST", `/api/webhooks/${id}/test`, { type });
  expect(receiver.received.map(({ json }) => json.type)).toEqual([...EVENT_TYPES]);
  receiver.answer = (_request, response) => response.writeHead(500).end();
  await emit(1);
  await untilFailed(id);
  receiver.answer = (_request, response) => response.end();
  await ask("POST", `/api/deliveries/${(await listOf(id, "state=failed")).items[0]?.id ?? 0}/retry`);
  await until(async () => (await listOf(id, "state=failed")).items.length === 0);
  await patch(id, { enabled: false });
  await emit(2);
  await until(async () => (await pool.query("select from events where not fanned_out")).rowCount === 0);
  await patch(id, { enabled: true });
  await replayOf(id, { scope: "missing", since });
  await until(() => receiver.received.some(({ json }) => json.data["id"] === 2));
  const { secrets } = await readSecrets(pool, await context.loadKeys(), id);
  expect(secrets).toHaveLength(2);
  for (const { secret } of secrets) {
    for (const { body, headers } of receiver.received)
      expect(new Verifier(secret).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
  }
  await patch(id, { enabled: false });
});
