// Tests the slots, reads and queries of open and aborted streams of every kind.
import { beforeAll, describe, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, receiveBytes } from "../../../tests/support/import-file.ts";
import { askForStream, openRawStream, type RawStream } from "../../../tests/support/open-stream.ts";
import { until } from "../../../tests/support/until.ts";
import { createPool } from "../../db/connection/connect.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);
const app = await createTestApp(database, context);
const base = await app.listen({ host: "127.0.0.1", port: 0 });
/** Connections of the test itself. They are separate from the server's pool, because only the server's queries are counted. */
const own = createPool(database.address, { application_name: "test", max: 3 });
let queries = 0;
database.pool.on("acquire", () => (queries += 1));

let importId = 0;
let operationId = 0;
let clients = 0;
const nextClient = (): number => (clients += 1);

beforeAll(async () => {
  importId = (await receiveBytes(context, "sku,name\na,A\n")).id;
  await app.inject({ method: "POST", url: "/api/products", payload: { sku: "a", name: "A" } });
  const bulk = { skus: ["a"], action: "deactivate" };
  const { id } = (await app.inject({ method: "POST", url: "/api/products/bulk", payload: bulk })).json<{
    id: number;
  }>();
  operationId = id;
  return () => own.end();
});

const KINDS = [
  { kind: "events", path: () => "/api/events", table: "events" },
  { kind: "import", path: () => `/api/imports/${importId}/events`, table: "imports" },
  { kind: "operation", path: () => `/api/operations/${operationId}/events`, table: "operations" },
];

async function openStreams(): Promise<number> {
  const { body } = await app.inject({ method: "GET", url: "/metrics" });
  return Number(/^skuport_streams_open (\d+)$/m.exec(body)?.[1]);
}

/** Changes the import and sends a notification, like a worker. */
async function touch(): Promise<number> {
  const { rows } = await own.query<{ version: number }>(
    "update imports set version = version + 1 where id = $1 returning version",
    [importId],
  );
  await own.query("select pg_notify('skuport_import', $1)", [`${importId} receiving`]);
  return rows[0]?.version ?? 0;
}

async function abortAll(streams: readonly { destroy(): void }[]): Promise<void> {
  for (const stream of streams) stream.destroy();
  await until(async () => (await openStreams()) === 0);
}

describe.each(KINDS)("500 aborted streams ($kind) release their slots and run no queries", ({ path, table }) => {
  const PER_WAY = 167;

  test("aborted at any moment before the headers are sent", async () => {
    for (let i = 0; i < PER_WAY; i++) {
      const asked = askForStream(base, path(), nextClient());
      asked.on("socket", (socket) => {
        socket.on("connect", () => {
          if (i % 3 === 0) socket.destroy();
          else if (i % 3 === 1) setImmediate(() => socket.destroy());
          else setTimeout(() => socket.destroy(), i % 10);
        });
      });
      if (i % 20 === 0) await until(async () => (await openStreams()) < 20);
    }
    await until(async () => (await openStreams()) === 0);
  });

  test("aborted while the first state is being read", async () => {
    const blocker = await own.connect();
    await blocker.query("begin");
    await blocker.query(`lock table ${table} in access exclusive mode`);
    const asked = Array.from({ length: PER_WAY }, () => askForStream(base, path(), nextClient()));
    // A read that waits for the lock shows that the handlers are running. Do not use /metrics for this, because it needs the database too.
    await until(async () => {
      const { rows } = await own.query<{ n: number }>(
        "select count(*)::int as n from pg_locks where not granted and relation = $1::regclass",
        [table],
      );
      return (rows[0]?.n ?? 0) > 0;
    });
    for (const one of asked) one.destroy();
    await blocker.query("rollback");
    blocker.release();
    await until(async () => (await openStreams()) === 0);
  });

  test("aborted after the first state", async () => {
    const streams = await Promise.all(Array.from({ length: PER_WAY }, () => openRawStream(base, path(), nextClient())));
    await until(() => streams.every(({ text }) => text().includes("\ndata: ")));
    expect(await openStreams()).toBe(PER_WAY);
    await abortAll(streams.map(({ close }) => ({ destroy: close })));
    const control = await openRawStream(base, KINDS[1]?.path() ?? "", nextClient());
    await until(() => control.text().includes("\ndata: "));
    queries = 0;
    const version = await touch();
    await until(() => control.text().includes(`id: ${version}\n`));
    expect(queries).toBeLessThan(5);
    control.close();
    await until(async () => (await openStreams()) === 0);
  });
});

test("a client may open 6 streams of any kind; another stream is refused until one of them closes", async () => {
  const client = nextClient();
  const open: RawStream[] = [];
  for (const { path } of [...KINDS, ...KINDS]) open.push(await openRawStream(base, path(), client));
  const { response } = await openRawStream(base, "/api/events", client);
  expect([response.statusCode, response.headers["retry-after"]]).toEqual([429, "10"]);
  expect((await openRawStream(base, "/api/imports/999999/events", nextClient())).response.statusCode).toBe(404);
  open[0]?.close();
  await until(async () => (await openStreams()) === 5);
  const another = await openRawStream(base, "/api/events", client);
  expect(another.response.statusCode).toBe(200);
  await abortAll([...open, another].map(({ close }) => ({ destroy: close })));
});

test("1,000 open streams share their reads, and lists still respond", async () => {
  const open: RawStream[] = [];
  for (let i = 0; i < 1000; i += 100) {
    const more = Array.from({ length: 100 }, (_, k) =>
      openRawStream(base, KINDS[(i + k) % KINDS.length]?.path() ?? "", nextClient()),
    );
    open.push(...(await Promise.all(more)));
  }
  await until(() => open.every(({ text }) => text().includes("\ndata: ")));
  expect(await openStreams()).toBe(1000);
  queries = 0;
  const version = await touch();
  const watching = open.filter((_, i) => i % KINDS.length !== 2);
  await until(() => watching.every(({ text }) => text().includes(`"version":${version},`)));
  const list = await app.inject({ method: "GET", url: "/api/products?search=a" });
  expect(list.json()).toMatchObject({ items: [{ sku: "a" }] });
  expect(queries).toBeLessThan(20);
  await abortAll(open.map(({ close }) => ({ destroy: close })));
});
