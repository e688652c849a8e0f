import { afterAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../tests/support/import-file.ts";
import { createReceiver, type Receiver } from "../../../tests/support/receiver.ts";
import { until } from "../../../tests/support/until.ts";
import { createWebhookContext, noAudit } from "../../../tests/support/webhook-app.ts";
import { changeWebhook, createWebhook } from "../change-webhook.ts";
import { splitNextEvent } from "./split-batches.ts";
import { readEventPrefix } from "../event-id.ts";
import { fanOut } from "./fan-out.ts";
import { insertReplay, readReplay } from "../log/replay.ts";
import { deliverWebhooks } from "./worker.ts";
import { create_webhook_body } from "../../../contract/webhooks/webhooks.ts";
import type { EventData } from "../../../contract/webhooks/events.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = createWebhookContext(database);
const imports = await createImportContext(pool, 200);
const prefix = await readEventPrefix(pool);

const csv = (from: number, to: number, name: string): string =>
  `sku,name\n${Array.from({ length: to - from }, (_, i) => `S-${from + i},${name}`).join("\n")}\n`;

const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));
function startWorker(): () => Promise<void> {
  const stop = new AbortController();
  const worker = deliverWebhooks(context, database.address, stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await worker;
  };
  stops.push(end);
  return end;
}

beforeEach(async () => {
  await pool.query(
    "truncate products, product_history, webhooks, webhook_secrets, webhook_replays, webhook_deliveries",
  );
  await pool.query("truncate events, webhook_batches");
});

async function setUp(volume: "none" | "summary" | "products"): Promise<{ receiver: Receiver; id: number }> {
  const receiver = await createReceiver();
  const { id } = await createWebhook(context, create_webhook_body.parse({ url: receiver.url, volume }), noAudit);
  return { receiver, id };
}

type Batch = EventData<"products.changed">;
const batchesOf = ({ received }: Receiver): Batch[] =>
  received.filter(({ json }) => json.type === "products.changed").map(({ json }) => json.data as Batch);
const typesOf = ({ received }: Receiver): string[] => received.map(({ json }) => json.type).sort();

test("a webhook gets no event, one event, or all products of an import, depending on its volume", async () => {
  const [none, summary, products] = [await setUp("none"), await setUp("summary"), await setUp("products")];
  const end = startWorker();
  const { created } = await importBytes(imports, csv(0, 1234, "first"));
  expect(created).toBe(1234);
  await until(
    () => batchesOf(products.receiver).some(({ is_last }) => is_last) && batchesOf(products.receiver).length === 3,
  );
  const batches = batchesOf(products.receiver).sort((a, b) => a.batch - b.batch);
  expect(batches.map(({ batch, is_last, items }) => [batch, is_last, items.length])).toEqual([
    [1, false, 500],
    [2, false, 500],
    [3, true, 234],
  ]);
  const items = batches.flatMap((batch) => batch.items);
  const { rows } = await pool.query<{ id: number; sku: string; version: number }>(
    "select id, sku, version from products",
  );
  expect(items.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(new Set(items.map(({ change, version }) => `${change} ${version}`))).toEqual(new Set(["created 1"]));
  const told = products.receiver.received.find(({ json }) => json.type === "import.completed");
  expect(batches[0]).toMatchObject({ event_id: told?.id, changeset_id: told?.json.data["changeset_id"] });
  await until(() => summary.receiver.received.length === 2);
  expect(typesOf(summary.receiver)).toEqual(["import.completed", "import.started"]);
  expect(typesOf(products.receiver).filter((type) => type !== "products.changed")).toEqual([
    "import.completed",
    "import.started",
  ]);
  expect(none.receiver.received).toEqual([]);
  await end();
});

test("a second import reports changed and created products with their versions", async () => {
  await importBytes(imports, csv(0, 10, "first"));
  const { receiver } = await setUp("products");
  const end = startWorker();
  await importBytes(imports, csv(5, 15, "second"));
  const [batch] = await until(() => (batchesOf(receiver).length > 0 ? batchesOf(receiver) : undefined));
  const items = (batch as Batch).items.map(({ sku, change, version }) => `${sku} ${change} ${version}`).sort();
  expect(items).toEqual([
    ...[10, 11, 12, 13, 14].map((i) => `S-${i} created 1`),
    ...[5, 6, 7, 8, 9].map((i) => `S-${i} updated 2`),
  ]);
  await end();
});

test("an interrupted split continues at its position: each product is reported exactly once", async () => {
  await setUp("products");
  await importBytes(imports, csv(0, 2600, "first"));
  await fanOut(pool);
  // Interrupt the split repeatedly: each run writes at most one batch.
  for (let turns = 0; ; turns++) {
    const stop = new AbortController();
    const { rows } = await pool.query<{ count: number }>("select count(*) from events where type = 'products.changed'");
    const written = rows[0]?.count ?? 0;
    const watch = setInterval(() => {
      void pool.query<{ count: number }>("select count(*) from events where type = 'products.changed'").then((now) => {
        if ((now.rows[0]?.count ?? 0) > written) stop.abort();
      });
    }, 1);
    const found = await splitNextEvent(pool, prefix, stop.signal);
    clearInterval(watch);
    if (!found) break;
    expect(turns).toBeLessThan(20);
  }
  const { rows } = await pool.query<{ data: Batch }>(
    "select data from events where type = 'products.changed' order by id",
  );
  const ids = rows.flatMap(({ data }) => data.items.map(({ id }) => id));
  expect(new Set(ids).size).toBe(2600);
  expect(ids).toHaveLength(2600);
  expect(rows.map(({ data }) => data.batch)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(rows.map(({ data }) => data.is_last)).toEqual([false, false, false, false, false, true]);
});

test("two workers together split an event only once", async () => {
  await setUp("products");
  await importBytes(imports, csv(0, 3000, "first"));
  await fanOut(pool);
  const { signal } = new AbortController();
  const found = await Promise.all([1, 2, 3].map(() => splitNextEvent(pool, prefix, signal)));
  expect(found.filter(Boolean)).toHaveLength(1);
  const { rows } = await pool.query<{ count: number }>("select count(*) from events where type = 'products.changed'");
  expect(rows[0]?.count).toBe(6);
});

test("a replay of missing events splits an import into batches if no webhook needed them before", async () => {
  const since = new Date().toISOString();
  const { receiver, id } = await setUp("summary");
  await changeWebhook(context, id, { enabled: false }, noAudit);
  await importBytes(imports, csv(0, 700, "first"));
  const end = startWorker();
  await until(async () => (await pool.query("select from events where not fanned_out")).rowCount === 0);
  await changeWebhook(context, id, { enabled: true, volume: "products" }, noAudit);
  const replay = await insertReplay(pool, id, "missing", since);
  await until(async () => (await readReplay(pool, replay.id))?.state === "done");
  await until(() => receiver.received.length === 4);
  expect(typesOf(receiver)).toEqual(["import.completed", "import.started", "products.changed", "products.changed"]);
  expect(batchesOf(receiver).flatMap(({ items }) => items)).toHaveLength(700);
  await end();
});
