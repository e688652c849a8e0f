// The machine of a worker vanishes while the worker holds locks. PostgreSQL cannot detect that, because a proxy keeps the connections
// open and answers TCP keepalives. Another worker ends the vanished worker's sessions and continues the import.
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateFile } from "../../bench/generate.ts";
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../support/identity/fetch-with-key.ts";
import { watchImport } from "../../client/watch.ts";
import type { ListedImport } from "../../contract/imports/imports.ts";
import { connectClient } from "../../src/db/connection/connect.ts";
import { createHolderWatch } from "../../src/jobs/silent-holders.ts";
import { createTestDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";
import { createDataDir, createFaultFixtures } from "./support/fault-fixtures.ts";

const ROWS = 100_000;
const TIMEOUT_MS = 300_000;

const database = await createTestDatabase();
const { startProxy, startServer, startWorker, closing } = createFaultFixtures(database);

/** Counts the workers' sessions that are idle in a transaction after a write. `silent` counts only sessions idle for at least a second. */
async function countWriters(): Promise<{ all: number; silent: number }> {
  const { rows } = await database.pool.query<{ all: number; silent: number }>(
    `select count(*)::int as all, count(*) filter (where state_change < clock_timestamp() - interval '1 second')::int as silent
     from pg_stat_activity where datname = current_database()
     and application_name = 'skuport work' and state like 'idle in%' and backend_xid is not null`,
  );
  return rows[0] as { all: number; silent: number };
}

test(
  "another worker continues an import whose worker vanished during a chunk, and nothing stays locked",
  async () => {
    const { data_dir: dataDir, expectNothingLeft } = await createDataDir();
    const file = join(dataDir, "products.csv");
    await generateFile(file, { rows: ROWS });
    const proxy = await startProxy();
    const server = await startServer({ url: (await startProxy()).url(), data_dir: dataDir });
    const vanishing = await startWorker({ url: proxy.url(), data_dir: dataDir });
    const { id } = await uploadPath(file, withKey(server.base_url));
    await until(async () => {
      if ((await countWriters()).all === 0) return false;
      proxy.setMode("hold");
      // A commit that was in progress when the proxy began to hold connections may still reach PostgreSQL.
      const held = await until(async () => {
        const { all, silent } = await countWriters();
        return all === silent ? { silent } : undefined;
      });
      if (held.silent > 0) return true;
      proxy.setMode("forward");
      return false;
    });
    await vanishing.kill();
    expect((await countWriters()).silent).toBeGreaterThan(0);
    const other = await startWorker({ url: (await startProxy()).url(), data_dir: dataDir });
    let last: ListedImport | undefined;
    for await (const state of watchImport(id, { base_url: server.base_url })) last = state;
    expect(last).toMatchObject({ state: "done", rows: ROWS });
    const { rows } = await database.pool.query(
      "select count(*)::int as n, count(distinct id)::int as ids from products",
    );
    expect(rows).toEqual([{ n: last?.created, ids: last?.created }]);
    await expectNothingLeft(database.pool);
    expect(other.output()).toContain("ended the database sessions of a process that vanished or hangs");
  },
  TIMEOUT_MS,
);

test("idle sessions that hold locks are ended; active ones, readers and sessions of other programs are not", async () => {
  const proxy = await startProxy();
  const connect = async (applicationName: string) => {
    const client = closing(await connectClient({ url: proxy.url() }, { application_name: applicationName }));
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return { client, pid: rows[0]?.pid as number };
  };
  const [writer, activeWriter, reader, holder, activeHolder, stranger] = [
    await connect("skuport work"),
    await connect("skuport work"),
    await connect("skuport serve"),
    await connect("skuport webhooks"),
    await connect("skuport webhooks"),
    await connect("another program"),
  ];
  await writer.client.query("begin; create temporary table written (n int)");
  await activeWriter.client.query("begin; create temporary table written (n int)");
  await reader.client.query("begin transaction isolation level repeatable read; select 1 from imports");
  await holder.client.query("select pg_advisory_lock(1, 1)");
  await activeHolder.client.query("select pg_advisory_lock(1, 2)");
  await stranger.client.query("begin; create temporary table written (n int); select pg_advisory_lock(1, 3)");
  // The code that ends idle sessions measures time with the clock of its own process, because the database's clock can jump. In this
  // test, `now` replaces this clock.
  let now = 0;
  const watch = createHolderWatch(() => now);
  const endAt = async (ms: number): Promise<number[]> => {
    for (const { client } of [activeWriter, activeHolder]) await client.query("select 1");
    now = ms;
    return watch.endSilent(database.pool);
  };
  expect(await endAt(1_000_000)).toEqual([]);
  expect(await endAt(1_007_000)).toEqual([]);
  expect(await endAt(1_008_000)).toEqual([writer.pid]);
  expect(await endAt(1_012_000)).toEqual([holder.pid]);
  expect(await endAt(1_020_000)).toEqual([]);
});
