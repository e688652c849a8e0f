// Tests the tools that inject faults. All other fault tests rely on these tools.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { expect, test } from "vitest";
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../support/identity/fetch-with-key.ts";
import { watchImport } from "../../client/watch.ts";
import type { ListedImport } from "../../contract/imports/imports.ts";
import { connectClient, isTransient, withTransaction, createPool } from "../../src/db/connection/connect.ts";
import { createTestDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";
import { createDataDir, createFaultFixtures } from "./support/fault-fixtures.ts";
import type { RunningProcess, RunningServer } from "./support/processes.ts";

const database = await createTestDatabase();
await database.pool.query("create table kept (n int primary key)");
const options = { application_name: "skuport faults" };
const { atEnd, startProxy, startServer, startWorker, closing } = createFaultFixtures(database);

const connected = async (url: string): Promise<pg.Client> => closing(await connectClient({ url }, options));

/** Returns the number of PostgreSQL sessions that the tests have opened. */
async function countSessions(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where application_name = $1 and datname = current_database()",
    [options.application_name],
  );
  return rows[0]?.n ?? 0;
}

test("a proxy forwards bytes and counts connections and bytes", async () => {
  const proxy = await startProxy();
  const client = await connected(proxy.url());
  expect((await client.query("select 7 as n")).rows).toEqual([{ n: 7 }]);
  expect(proxy.accepted).toBe(1);
  const [link] = proxy.links();
  expect(link?.bytes_to_server).toBeGreaterThan(0);
  expect(link?.bytes_to_client).toBeGreaterThan(0);
  await client.end();
  await until(() => proxy.links().length === 0);
  await until(async () => (await countSessions()) === 0);
});

test("if the proxy cuts a connection, both sides end with a transient error, and the next connection works", async () => {
  const proxy = await startProxy();
  const client = await connected(proxy.url());
  const answer = client.query("select pg_sleep(60)");
  proxy.cut();
  await expect(answer).rejects.toSatisfy(isTransient);
  await (await connected(proxy.url())).query("select 1");
  expect(proxy.accepted).toBe(2);
});

test("while the proxy holds a connection, PostgreSQL's side stays open, even if the client is gone", async () => {
  const proxy = await startProxy();
  const client = await connected(proxy.url());
  await client.query("begin");
  proxy.setMode("hold");
  const ended = client.query("select 1").catch((error: unknown) => error);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  expect(await ended).toSatisfy(isTransient);
  expect([await countSessions(), proxy.links().length]).toEqual([1, 1]);
  proxy.setMode("forward");
  await until(async () => (await countSessions()) === 0);
  await until(() => proxy.links().length === 0);
});

test("the statements of a muted connection are executed, but their responses are dropped", async () => {
  const proxy = await startProxy();
  const client = await connected(proxy.url());
  proxy.links()[0]?.setMode("mute");
  const answer = client.query("insert into kept values (1)").catch((error: unknown) => error);
  await until(async () => (await database.pool.query("select 1 from kept where n = 1")).rows.length === 1);
  proxy.cut();
  expect(await answer).toSatisfy(isTransient);
});

test("a commit whose response is lost is committed", async () => {
  const proxy = await startProxy();
  const pool = createPool({ url: proxy.url() }, { ...options, max: 1 });
  atEnd(() => pool.end());
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

test("a refusing proxy looks like a stopped server", async () => {
  const proxy = await startProxy();
  await proxy.refuse();
  await expect(connected(proxy.url())).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await proxy.admit();
  await (await connected(proxy.url())).query("select 1");
});

test(
  "server and workers connect through proxies, survive freezing and cut connections, and leave nothing behind",
  { timeout: 300_000 },
  async () => {
    const { data_dir: dataDir, expectNothingLeft } = await createDataDir();
    const file = join(dataDir, "lamps.csv");
    await writeFile(file, `sku,name\n${Array.from({ length: 5000 }, (_, i) => `LAMP-${i},Lamp ${i}`).join("\n")}\n`);
    const [toServer, toWorker] = [await startProxy(), await startProxy()];
    const server = await startServer({ url: toServer.url(), data_dir: dataDir });
    const worker = await startWorker({ url: toWorker.url(), data_dir: dataDir });
    worker.freeze();
    // Cut the connections before the upload: the frozen worker may hold a lock that the upload waits for.
    toWorker.cut();
    const { id } = await uploadPath(file, withKey(server.base_url));
    worker.wake();
    expect(await lastState(server, worker, id)).toBe("done");
    await expectNothingLeft(database.pool);
    await Promise.all([worker.stop(), server.stop()]);
    expect([server.isRunning(), worker.isRunning()]).toEqual([false, false]);
  },
);

/** Waits for the end of the import and returns its state.
 * @throws an error with the logs of the server and the worker if the import does not end */
async function lastState(server: RunningServer, worker: RunningProcess, id: number): Promise<string | undefined> {
  let last: ListedImport | undefined;
  try {
    const signal = AbortSignal.timeout(200_000);
    for await (const update of watchImport(id, { base_url: server.base_url, signal })) last = update;
  } catch (cause) {
    const logs = `worker:\n${worker.output()}\nserver:\n${server.output()}`;
    throw new Error(`The import did not end: ${JSON.stringify(last)}\n${logs}`, { cause });
  }
  return last?.state;
}
