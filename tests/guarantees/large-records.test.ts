// Tests of large values: lists and event streams omit the large values of imports and operations, and the endpoint for a single import or
// operation returns them.
import { beforeAll, expect, test } from "vitest";
import { readEvents } from "../../client/stream/event-stream.ts";
import { STREAM_EVENTS, type StreamEvent } from "../../contract/webhooks/events.ts";
import { listed_import, type Import, type ListedImport } from "../../contract/imports/imports.ts";
import type { Operation } from "../../contract/changesets/operations.ts";
import { createTestDatabase } from "../support/database.ts";
import { importBytes } from "../support/import-file.ts";
import { createOperationApp } from "../support/operation-app.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database, 1000);
const base = await app.listen({ host: "127.0.0.1", port: 0 });

const COLUMNS = 1990;
const wide = (first: string): string =>
  `${first},name,${Array.from({ length: COLUMNS - 2 }, (_, i) => `c${i}${"y".repeat(180)}`).join(",")}\na${",v".repeat(COLUMNS - 1)}\n`;
const FEW_KB = 6000;

let done: Import;
let failed: Import;
let bulk: Operation;

beforeAll(async () => {
  for (let i = 0; i < 11; i++) done = await importBytes(context, wide("sku"));
  failed = await importBytes(context, wide("no key"));
  const body = {
    action: "set",
    filter: { name: "z".repeat(1000), attributes: { a: "b".repeat(9000) } },
    set: { description: "d".repeat(100_000) },
  };
  const started = await ask("POST", "/api/products/bulk", body);
  expect(started.status).toBe(202);
  bulk = await finish(started.body.id);
}, 60_000);

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

test("a list of imports omits long columns; a single import has them", async () => {
  const { body } = await ask<{ items: ListedImport[] }>("GET", "/api/imports");
  expect(body.items).toHaveLength(12);
  for (const item of body.items) {
    listed_import.parse(item);
    expect(item).toMatchObject({ columns: null, columns_count: COLUMNS, shortened: true });
    expect(sizeOf(item)).toBeLessThan(FEW_KB);
  }
  const { body: whole } = await ask<Import>("GET", `/api/imports/${done.id}`);
  expect(whole).toMatchObject({ state: "done", columns_count: COLUMNS, shortened: false });
  expect(whole.columns).toHaveLength(COLUMNS);
});

test("in lists and events, a problem that names the headers of a wide file is shortened", async () => {
  const { body } = await ask<{ items: ListedImport[] }>("GET", "/api/imports?limit=1");
  const { problem } = body.items[0] as ListedImport;
  expect(problem).toMatchObject({ type: "/problems/no-sku-column", status: 422 });
  expect(problem?.detail).toMatch(/^The file has no SKU column\. .* …$/);
  expect(sizeOf(problem)).toBeLessThan(1024);
  expect(sizeOf(failed.problem)).toBeLessThan(64 << 10);
  const { rows } = await pool.query<{ data: { problem: unknown } }>(
    "select data from events where type = 'import.failed'",
  );
  expect(rows.map(({ data }) => data.problem)).toEqual([problem]);
});

test("a list of operations omits long values; a single operation has them", async () => {
  const { body } = await ask<{ items: Operation[] }>("GET", "/api/operations");
  expect(body.items[0]).toMatchObject({ id: bulk.id, shortened: true, options: { action: "set" } });
  expect(sizeOf(body.items)).toBeLessThan(FEW_KB);
  expect(bulk.options.set?.description).toHaveLength(100_000);
  expect(bulk).toMatchObject({ shortened: false, options: { filter: { name: "z".repeat(1000) } } });
});

test("short values are complete in lists", async () => {
  const { id } = await importBytes(context, "sku,name\nb,B\n");
  const { body } = await ask<{ items: ListedImport[] }>("GET", "/api/imports?limit=1");
  const whole = (await ask<Import>("GET", `/api/imports/${id}`)).body;
  expect(body.items[0]).toEqual(whole);
  expect(whole).toMatchObject({ shortened: false, columns_count: 2 });
});

test("a list of imports omits the sheets of a workbook with many sheets", async () => {
  const { id } = await importBytes(context, "sku,name\nc,C\n");
  const sheets = Array.from({ length: 200 }, (_, i) => ({ name: `Sheet ${i}`, read: i === 0 }));
  await pool.query("update imports set dialect = dialect || $2 where id = $1", [id, JSON.stringify({ sheets })]);
  const listed = (await ask<{ items: ListedImport[] }>("GET", "/api/imports?limit=1")).body.items[0] as ListedImport;
  expect(listed).toMatchObject({ shortened: true, dialect: { format: "text" } });
  expect(listed.dialect).not.toHaveProperty("sheets");
  expect((await ask<Import>("GET", `/api/imports/${id}`)).body.dialect?.sheets).toHaveLength(200);
});

/** Reads messages from a stream until `last` returns true for one of them. @returns all messages read */
async function readUntil(path: string, last: (type: string, data: string) => boolean, id?: string) {
  const stop = new AbortController();
  const headers = id === undefined ? {} : { "last-event-id": id };
  const response = await fetch(`${base}${path}`, { headers, signal: stop.signal });
  const messages: { type: string; data: string; id: string }[] = [];
  for await (const message of readEvents(response.body as unknown as AsyncIterable<Uint8Array>)) {
    messages.push(message);
    if (last(message.type, message.data)) break;
  }
  stop.abort();
  return messages;
}

test("the general event stream begins with short records and stays open", async () => {
  const messages = await readUntil(
    "/api/events",
    (type, data) => type === "operation" && data.includes(`"id":${bulk.id},`),
  );
  for (const { type, data } of messages) {
    STREAM_EVENTS[type as StreamEvent].parse(JSON.parse(data));
    expect(data.length).toBeLessThan(FEW_KB);
  }
  expect(messages.filter(({ type }) => type === "import").length).toBeGreaterThan(11);
});

test("the streams of one import and of one operation send short records", async () => {
  for (const [path, type] of [
    [`/api/imports/${failed.id}/events`, "import"],
    [`/api/operations/${bulk.id}/events`, "operation"],
  ] as const) {
    const [message] = await readUntil(path, (of) => of === type);
    expect(message?.data.length).toBeLessThan(FEW_KB);
    expect(JSON.parse(message?.data ?? "")).toMatchObject({ shortened: true });
  }
});

test("a reconnecting client gets no large products or batches", async () => {
  const { rows } = await pool.query<{ position: number }>("select coalesce(max(position), 0) as position from events");
  for (const text of ["x", "y", "z"]) {
    const payload = { name: "Large", description: text.repeat(900_000) };
    const { statusCode } = await app.inject({ method: "PUT", url: "/api/products/large", payload });
    expect(statusCode).toBeLessThan(300);
  }
  await pool.query(
    "insert into events (type, data) select 'products.changed', jsonb_build_object('items', repeat('i', 5000000))",
  );
  let changes = 0;
  const messages = await readUntil(
    "/api/events",
    (type, data) => type === "products" && (changes += data.split('"sku"').length - 1) >= 3,
    String(rows[0]?.position),
  );
  for (const { data } of messages) expect(data.length).toBeLessThan(FEW_KB);
});

test("a page of the feed ends early if events are large; all pages together have every event", async () => {
  const texts = Array.from({ length: 40 }, () => randomText(60_000));
  for (const description of texts)
    await app.inject({ method: "PUT", url: "/api/products/feed", payload: { name: "Feed", description } });
  const seen: string[] = [];
  let pages = 0;
  for (let cursor = "", hasMore = true; hasMore; pages += 1) {
    const query = `type=product.updated&limit=500${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const { body } = await ask<{
      items: { data: { sku: string; changes: { description?: { after: string } } } }[];
      next_cursor: string;
      has_more: boolean;
    }>("GET", `/api/events/feed?${query}`);
    expect(sizeOf(body)).toBeLessThan(16 << 20);
    seen.push(
      ...body.items
        .filter(({ data }) => data.sku === "feed")
        .flatMap(({ data }) => data.changes.description?.after ?? []),
    );
    ({ next_cursor: cursor, has_more: hasMore } = body);
  }
  expect(seen).toEqual(texts.slice(1));
  expect(pages).toBeGreaterThan(3);
});

/** Returns random text, which cannot be compressed. */
function randomText(length: number): string {
  let text = "";
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text.slice(0, length);
}
