// The tools that inject faults do what they promise; each fault's own test relies on them.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterEach, expect, test } from "vitest";
import { uploadPath } from "../../client/upload.ts";
import { watchImport } from "../../client/watch.ts";
import type { ListedImport } from "../../contract/imports/imports.ts";
import { connectClient, isTransient, withTransaction, createPool } from "../../src/db/connection/connect.ts";
import { createTestDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";
import { NOTHING_LEFT, settledLeftovers, temporaryFolders } from "./support/leftovers.ts";
import {
  startServerProcess,
  startWorkerProcess,
  type RunningProcess,
  type RunningServer,
} from "./support/processes.ts";
import { startProxy } from "./support/proxy.ts";

const database = await createTestDatabase();
await database.pool.query("create table kept (n int primary key)");
const options = { application_name: "skuport faults" };
const atEnd: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
});

async function proxied() {
  const proxy = await startProxy(database.address);
  atEnd.push(() => proxy.close());
  return proxy;
}

async function connected(url: string): Promise<pg.Client> {
  const client = await connectClient({ url }, options);
  atEnd.push(() => client.end().catch(() => undefined));
  return client;
}

/** Sessions that PostgreSQL sees; `kept` is named in their last statement. */
async function sessions(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where application_name = $1 and datname = current_database()",
    [options.application_name],
  );
  return rows[0]?.n ?? 0;
}

test("a proxy forwards, and counts connections and bytes", async () => {
  const proxy = await proxied();
  const client = await connected(proxy.url());
  expect((await client.query("select 7 as n")).rows).toEqual([{ n: 7 }]);
  expect(proxy.accepted).toBe(1);
  const [link] = proxy.links();
  expect(link?.bytes_to_server).toBeGreaterThan(0);
  expect(link?.bytes_to_client).toBeGreaterThan(0);
  await client.end();
  await until(() => proxy.links().length === 0);
  await until(async () => (await sessions()) === 0);
});

test("a cut ends both sides with a transient error, and the next connection works", async () => {
  const proxy = await proxied();
  const client = await connected(proxy.url());
  const answer = client.query("select pg_sleep(60)");
  proxy.cut();
  await expect(answer).rejects.toSatisfy(isTransient);
  await (await connected(proxy.url())).query("select 1");
  expect(proxy.accepted).toBe(2);
});

test("held connections stay open on the server's side, even when the client has gone, until they are forwarded", async () => {
  const proxy = await proxied();
  const client = await connected(proxy.url());
  await client.query("begin");
  proxy.setMode("hold");
  const ended = client.query("select 1").catch((error: unknown) => error);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  expect(await ended).toSatisfy(isTransient);
  expect([await sessions(), proxy.links().length]).toEqual([1, 1]);
  proxy.setMode("forward");
  await until(async () => (await sessions()) === 0);
  await until(() => proxy.links().length === 0);
});

test("a muted connection's statements are executed without an answer", async () => {
  const proxy = await proxied();
  const client = await connected(proxy.url());
  proxy.links()[0]?.setMode("mute");
  const answer = client.query("insert into kept values (1)").catch((error: unknown) => error);
  await until(async () => (await database.pool.query("select 1 from kept where n = 1")).rows.length === 1);
  proxy.cut();
  expect(await answer).toSatisfy(isTransient);
});

test("a commit that loses its answer is committed", async () => {
  const proxy = await proxied();
  const pool = createPool({ url: proxy.url() }, { ...options, max: 1 });
  atEnd.push(() => pool.end());
  proxy.loseAnswers("commit");
  const insert = (n: number) => withTransaction(pool, (client) => client.query("insert into kept values ($1)", [n]));
  await expect(insert(2)).rejects.toSatisfy(isTransient);
  await insert(3);
  expect(proxy.lost_answers).toBe(1);
  expect((await database.pool.query("select n from kept where n in (2, 3) order by n")).rows).toEqual([
    { n: 2 },
    { n: 3 },
  ]);
});

test("a proxy that refuses is a server that does not listen", async () => {
  const proxy = await proxied();
  await proxy.refuse();
  await expect(connected(proxy.url())).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await proxy.admit();
  await (await connected(proxy.url())).query("select 1");
});

test(
  "server and workers run through proxies, survive freezing and cutting, and leave nothing behind",
  { timeout: 300_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "skuport-faults-"));
    const file = join(dataDir, "lamps.csv");
    await writeFile(file, `sku,name\n${Array.from({ length: 5000 }, (_, i) => `LAMP-${i},Lamp ${i}`).join("\n")}\n`);
    const temporaryBefore = await temporaryFolders();
    const [toServer, toWorker] = [await proxied(), await proxied()];
    const server = await startServerProcess({ url: toServer.url(), data_dir: dataDir });
    atEnd.push(() => server.kill());
    const worker = await startWorkerProcess({ url: toWorker.url(), data_dir: dataDir });
    atEnd.push(() => worker.kill());
    worker.freeze();
    const { id } = await uploadPath(file, { base_url: server.base_url });
    toWorker.cut();
    worker.wake();
    expect(await lastState(server, worker, id)).toBe("done");
    expect(await settledLeftovers(database.pool, { data_dir: dataDir, temporary_before: temporaryBefore })).toEqual(
      NOTHING_LEFT,
    );
    await Promise.all([worker.stop(), server.stop()]);
    expect([server.isRunning(), worker.isRunning()]).toEqual([false, false]);
  },
);

/** How the import ended. @throws with what server and worker have logged when it does not end */
async function lastState(server: RunningServer, worker: RunningProcess, id: number): Promise<string | undefined> {
  let last: ListedImport | undefined;
  try {
    const signal = AbortSignal.timeout(200_000);
    for await (const update of watchImport(id, { base_url: server.base_url, signal })) last = update;
  } catch (cause) {
    const logs = `worker:\n${worker.output()}\nserver:\n${server.output()}`;
    throw new Error(`The import does not end: ${JSON.stringify(last)}\n${logs}`, { cause });
  }
  return last?.state;
}
