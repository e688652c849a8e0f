// Tests the event stream of an import: the first state, later states, and the state after a reconnect.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readEvents } from "../../client/stream/event-stream.ts";
import { isTerminal, type Import } from "../../contract/imports/imports.ts";
import { createTestApp } from "../../tests/support/app.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createImportContext, receiveBytes, workOn } from "../../tests/support/import-file.ts";
import { until } from "../../tests/support/until.ts";
import { noteScanned, type ScanProgress } from "./scan/store.ts";
import { readImport, requestCancel } from "./store.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool, 20);
const app = await createTestApp(database, context);
const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });
let stop = new AbortController();

beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

interface Seen {
  id: string;
  type: string;
  state: Import;
  at: number;
}

/** Collects events until the stream or the test ends. */
function watch(
  id: number,
  lastEventId?: number,
): { seen: Seen[]; raw: string[]; headers: Promise<Headers>; ended: Promise<void> } {
  const seen: Seen[] = [];
  const raw: string[] = [];
  const answered = fetch(`${baseUrl}/api/imports/${id}/events`, {
    headers: lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) },
    signal: stop.signal,
  });
  const tap = async function* (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      raw.push(Buffer.from(bytes).toString());
      yield bytes;
    }
  };
  const ended = (async () => {
    const { body } = await answered;
    if (body === null) throw new Error("no stream");
    for await (const event of readEvents(tap(body)))
      seen.push({ id: event.id, type: event.type, state: JSON.parse(event.data) as Import, at: performance.now() });
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return { seen, raw, headers: answered.then(({ headers }) => headers), ended };
}

const CSV = ["sku,name", ...Array.from({ length: 400 }, (_, i) => `W-${i},Name ${i}`)].join("\n");
const receive = async (): Promise<Import> => receiveBytes(context, CSV);

/** Changes the import directly in the database and returns it. */
async function touch(id: number, scanned: number): Promise<Import> {
  const found: ScanProgress = {
    scanned,
    text_size: 10_000,
    lines: 1,
    rows: 1,
    adds: 0,
    superseded: 0,
    rejected: 0,
    ignored: 0,
  };
  await noteScanned(pool, { id, scan_token: 0 }, found);
  return (await readImport(pool, id)) as Import;
}

describe("a client", () => {
  test("gets the whole import immediately, then each newer state, and the last state ends the stream", async () => {
    const made = await receive();
    const { seen, raw, headers, ended } = watch(made.id);
    await until(() => seen.length === 1);
    expect((await headers).get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect((await headers).get("cache-control")).toBe("no-store");
    expect(raw.join("")).toMatch(/^retry: \d+\n/);
    expect(seen[0]).toMatchObject({ type: "import", id: String(made.version), state: { ...made, elapsed_ms: {} } });
    const done = await workOn(context, made.id);
    await ended;
    expect(seen.at(-1)?.state).toMatchObject({ state: "done", version: done.version, created: 400, fraction: 1 });
    const versions = seen.map(({ state }) => state.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(seen.map(({ id }) => id)).toEqual(versions.map(String));
    const fractions = seen.map(({ state }) => state.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(seen.filter(({ state }) => isTerminal(state.state))).toHaveLength(1);
  });

  test("gets at most five states a second during fast changes, and always the last one", async () => {
    const { id } = await receive();
    const { seen } = watch(id);
    await until(() => seen.length === 1);
    const started = performance.now();
    let last: Import | undefined;
    for (let scanned = 1; scanned <= 100; scanned++) last = await touch(id, scanned);
    await until(() => seen.at(-1)?.state.version === last?.version);
    // On a busy machine, the test takes longer, but the number of states per second does not increase.
    expect(seen.length - 1).toBeLessThanOrEqual(Math.ceil((performance.now() - started) / 200) + 1);
    expect(seen.at(-1)?.state.scanned).toBe(100);
  });

  test("gets a heartbeat if nothing happens", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { id } = await receive();
    const { seen, raw } = watch(id);
    await until(() => seen.length === 1);
    expect(raw.join("")).not.toContain("\n: ");
    vi.advanceTimersByTime(15_000);
    await until(() => raw.join("").includes("\n: still here\n\n"));
    expect(seen).toHaveLength(1);
  });
});

describe("a client that reconnects", () => {
  test("with the newest state gets nothing until there is a newer one", async () => {
    const { id, version } = await receive();
    const { seen, headers } = watch(id, version);
    await headers;
    const newer = await touch(id, 5);
    await until(() => seen.length > 0);
    expect(seen[0]).toMatchObject({ id: String(newer.version), state: { scanned: 5 } });
  });

  test("with an older state gets the newest one immediately", async () => {
    const { id, version } = await receive();
    await touch(id, 5);
    const newest = await touch(id, 6);
    const { seen } = watch(id, version);
    await until(() => seen.length > 0);
    expect(seen).toMatchObject([{ id: String(newest.version), state: { scanned: 6 } }]);
  });

  test.each(["", "abc", "-1", "1e99"])("with the unknown id %j gets the newest state", async (last) => {
    const { id, version } = await receive();
    const response = await fetch(`${baseUrl}/api/imports/${id}/events`, {
      headers: { "last-event-id": last },
      signal: stop.signal,
    });
    for await (const event of readEvents(response.body as unknown as AsyncIterable<Uint8Array>)) {
      expect(event.id).toBe(String(version));
      break;
    }
  });

  test("after the end gets the last state again, and the stream ends", async () => {
    const made = await receive();
    const done = await workOn(context, made.id);
    const { seen, ended } = watch(made.id, done.version);
    await ended;
    expect(seen).toMatchObject([{ id: String(done.version), state: { state: "done" } }]);
  });

  test("gets a cancel and an end that happened while it was disconnected", async () => {
    const made = await receive();
    const first = watch(made.id);
    await until(() => first.seen.length === 1);
    stop.abort();
    await first.ended;
    await requestCancel(pool, made.id);
    await workOn(context, made.id);
    stop = new AbortController();
    const { seen, ended } = watch(made.id, made.version);
    await ended;
    expect(seen).toMatchObject([{ state: { state: "cancelled", cancel_requested: true } }]);
  });
});

test("a server that stops closes its streams", async () => {
  const other = await createTestApp(database, context);
  const url = await other.listen({ host: "127.0.0.1", port: 0 });
  const { id } = await receive();
  const response = await fetch(`${url}/api/imports/${id}/events`);
  const events = readEvents(response.body as unknown as AsyncIterable<Uint8Array>);
  expect((await events.next()).done).toBe(false);
  const next = events.next();
  await other.close();
  expect((await next).done).toBe(true);
});
