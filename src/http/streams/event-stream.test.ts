import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../tests/support/import-file.ts";
import { until } from "../../../tests/support/until.ts";
import { readEvents as readStream } from "../../../client/stream/event-stream.ts";
import { STREAM_EVENTS, type StreamData, type StreamEvent } from "../../../contract/webhooks/events.ts";
import { purgeEvents } from "../../events/read.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const imports = await createImportContext(pool, 40);
const base = await app.listen({ host: "127.0.0.1", port: 0 });

let open: AbortController[] = [];
beforeEach(async () => {
  await pool.query("truncate products, product_history, events, changesets, imports cascade");
});
afterEach(() => {
  for (const stream of open) stream.abort();
  open = [];
});

type Message = { [Name in StreamEvent]: { type: Name; data: StreamData<Name>; id: string; at: number } }[StreamEvent];

/** Collects all messages of a stream, each validated by its schema. */
async function follow(lastId?: string): Promise<{ messages: Message[]; close: () => void }> {
  const stop = new AbortController();
  open.push(stop);
  const headers = lastId === undefined ? {} : { "last-event-id": lastId };
  const response = await fetch(`${base}/api/events`, { headers, signal: stop.signal });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  const messages: Message[] = [];
  const read = async (): Promise<void> => {
    for await (const { type, data, id } of readStream(response.body as unknown as AsyncIterable<Uint8Array>)) {
      const checked = STREAM_EVENTS[type as StreamEvent].parse(JSON.parse(data));
      messages.push({ type, data: checked, id, at: performance.now() } as Message);
    }
  };
  let ended: { cause?: unknown } | undefined;
  read().then(
    () => (ended = {}),
    (cause: unknown) => (ended = { cause }),
  );
  await until(() => messages.length > 0 || ended !== undefined);
  if (messages.length === 0) throw new Error("the stream ended before its first message", ended);
  return { messages, close: stop.abort.bind(stop) };
}

async function edit(sku: string, name: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const url = `${base}/api/products/${sku}`;
  const answer = await fetch(url, { method: "PUT", headers, body: JSON.stringify({ name }) });
  expect(answer.status).toBeLessThan(300);
}

const changesIn = (messages: readonly Message[]): string[] =>
  messages.flatMap(({ type, data }) =>
    type === "products" ? data.changes.map(({ sku, version, change }) => `${change} ${sku} ${version}`) : [],
  );

test("individually changed products are sent as ids with versions", async () => {
  const { messages } = await follow();
  await edit("a", "A");
  await edit("a", "B");
  await fetch(`${base}/api/products/a`, { method: "DELETE" });
  await until(() => changesIn(messages).length === 3);
  expect(changesIn(messages)).toEqual(["created a 1", "updated a 2", "deleted a 3"]);
});

test("an import is sent as states with increasing versions and as a changeset, not as single products", async () => {
  const { messages } = await follow();
  const { id, changeset_id } = await importBytes(imports, "sku,name\na,A\nb,B\n");
  await until(() => messages.some(({ type }) => type === "changeset"));
  await until(() => messages.some(({ type, data }) => type === "import" && data.state === "done"));
  const states = messages.flatMap(({ type, data }) => (type === "import" ? [data] : []));
  expect(states.at(-1)).toMatchObject({ id, state: "done", created: 2 });
  expect(states.map(({ version }) => version)).toEqual(states.map(({ version }) => version).sort((a, b) => a - b));
  expect(messages.filter(({ type }) => type === "changeset")).toMatchObject([
    { data: { changeset_id, type: "import.completed", data: { import_id: id, created: 2 } } },
  ]);
  expect(changesIn(messages)).toEqual([]);
});

test("a stream begins with the current records", async () => {
  const { id } = await importBytes(imports, "sku,name\na,A\n");
  const { messages } = await follow();
  await until(() => messages.length > 1);
  expect(messages.map(({ type }) => type)).toEqual(["open", "import"]);
  expect(messages[1]).toMatchObject({ data: { id, state: "done" } });
});

test("a reader that reconnects misses no event", async () => {
  const TOTAL = 120;
  const got: string[] = [];
  let done = false as boolean;
  const write = (async () => {
    for (let i = 0; i < TOTAL; i++) await edit(`sku-${i % 7}`, `name ${i}`);
  })().finally(() => (done = true));
  let lastId: string | undefined = (await follow()).messages[0]?.id;
  // On a busy machine, none of the short connections may last until a message arrives. After the last edit, they become longer and longer.
  let longerMs = 0;
  // Disconnects at varying moments, with varying pauses.
  for (let round = 0; !done || new Set(got).size < TOTAL; round++) {
    // The server cuts a stream if it cannot read the database; a client then connects again.
    const stream = await follow(lastId).catch(() => undefined);
    if (stream === undefined) continue;
    const { messages, close } = stream;
    if (done) longerMs += 20;
    await sleep(((round * 37) % 90) + longerMs); // injected delay: connections of different lengths
    close();
    const seen = [...messages];
    got.push(...changesIn(seen));
    lastId = seen.at(-1)?.id ?? lastId;
    await sleep((round * 53) % 40); // injected delay: pauses without a connection
  }
  await write;
  expect(new Set(got).size).toBe(TOTAL);
});

test("product messages are sent at most five times a second", async () => {
  const { messages } = await follow();
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: 8 }, async (_, k) => {
      for (let i = 0; i < 25; i++) await edit(`p-${k}-${i}`, "x");
    }),
  );
  await until(() => changesIn(messages).length === 200);
  // Count the messages over the whole time, not per second: on a busy machine, a late message may arrive together with the next one.
  const products = messages.filter(({ type }) => type === "products");
  const elapsedMs = (products.at(-1)?.at ?? 0) - startedMs;
  expect(products.length).toBeLessThanOrEqual(Math.ceil(elapsedMs / 200) + 1);
});

test("a reader that reconnects after a purge gets the message `missed`", async () => {
  const first = await follow();
  const lastId = first.messages[0]?.id as string;
  first.close();
  await edit("a", "A");
  await edit("b", "B");
  await pool.query("update events set at = at - interval '40 days'");
  await purgeEvents(pool, 30);
  await edit("c", "C");
  const { messages } = await follow(lastId);
  await until(() => messages.length > 1);
  expect(messages[1]).toMatchObject({ type: "missed", data: { since: Number(lastId) } });
  expect((await follow("999999999")).messages[0]).toMatchObject({ type: "open" });
});

test.each(["x", "-1", "1".repeat(50)])("the Last-Event-ID %j is refused", async (id) => {
  const answer = await fetch(`${base}/api/events`, { headers: { "last-event-id": id } });
  expect(answer.status).toBe(400);
});
