// Tests of connections that stay open although no data passes: the other machine has vanished, or a proxy or firewall holds the connection.
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { connectClient, createPool, isTransient } from "../../src/db/connection/connect.ts";
import { IMPORT_CHANNEL } from "../../src/events/channels.ts";
import { listen } from "../../src/events/listen.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";
import { startProxy } from "../support/network/proxy.ts";

const database = await createTestDatabase();
const options = { application_name: "skuport faults" };
const atEnd: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
});

async function proxied(max: number) {
  const proxy = await startProxy(database.address);
  const pool = createPool({ url: proxy.url() }, { ...options, max });
  atEnd.push(
    () => proxy.close(),
    async () => {
      proxy.cut();
      await pool.end();
    },
  );
  return { proxy, pool };
}

test("if the database stops responding, a statement times out and later ones fail immediately, until it responds again", async () => {
  const { proxy, pool } = await proxied(2);
  await pool.query("select 1");
  const unguarded = new pg.Client({ connectionString: proxy.url() });
  unguarded.on("error", () => undefined);
  await unguarded.connect();
  proxy.setMode("hold");
  let answered = false;
  const control = unguarded.query("select 1").catch(() => undefined);
  void control.then(() => (answered = true));
  await expect(pool.query("select 1")).rejects.toMatchObject({ code: "ETIMEDOUT" });
  const connections = proxy.accepted;
  await expect(pool.query("select 1")).rejects.toSatisfy(isTransient);
  // While the database does not respond, the pool opens only one connection at a time, to probe it.
  expect(proxy.accepted - connections).toBeLessThanOrEqual(1);
  expect(answered).toBe(false);
  proxy.setMode("forward");
  await until(() =>
    pool.query("select 1").then(
      () => true,
      () => false,
    ),
  );
  await control;
  await unguarded.end();
});

test("a connection whose response is lost is closed; a long statement on another connection continues", async () => {
  const { proxy, pool } = await proxied(2);
  const [long, lost] = [await pool.connect(), await pool.connect()];
  proxy.links()[1]?.setMode("mute");
  // Injected delay: this statement still runs when the pool closes the other connection, whose responses the proxy drops.
  const slept = long.query("select pg_sleep(6), 7 as n");
  await expect(lost.query("select 1")).rejects.toMatchObject({ code: "ETIMEDOUT" });
  expect((await slept).rows).toMatchObject([{ n: 7 }]);
  long.release();
  lost.release();
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("lists return 503 while the database does not respond, and 200 as soon as it does", async () => {
  const { proxy, pool } = await proxied(4);
  const app = await createTestApp({ ...database, pool });
  const list = async (): Promise<number> => (await app.inject({ method: "GET", url: "/api/products" })).statusCode;
  expect(await list()).toBe(200);
  proxy.setMode("hold");
  expect([await list(), await list()]).toEqual([503, 503]);
  proxy.setMode("forward");
  await until(async () => (await list()) === 200);
});

test("a listener whose connection is held reconnects and notifies its subscribers, which then reload", async () => {
  const { proxy } = await proxied(1);
  const listener = await listen({ url: proxy.url() }, { ...options, onError: () => undefined });
  atEnd.push(() => listener.stop());
  const heard: (string | null)[] = [];
  listener.subscribe(IMPORT_CHANNEL, (payload) => heard.push(payload));
  proxy.links()[0]?.setMode("hold");
  await until(() => heard.includes(null));
  await database.pool.query(`select pg_notify('${IMPORT_CHANNEL}', '7 done')`);
  await until(() => heard.includes("7 done"));
});

test("a connection with a heartbeat is closed when responses stop; one without a heartbeat is not", async () => {
  const { proxy } = await proxied(1);
  const beating = await connectClient({ url: proxy.url() }, { ...options, heartbeat: true });
  const silent = await connectClient({ url: proxy.url() }, options);
  const ended: string[] = [];
  beating.on("end", () => ended.push("beating"));
  silent.on("end", () => ended.push("silent"));
  proxy.setMode("hold");
  await until(() => ended.length > 0);
  expect(ended).toEqual(["beating"]);
  proxy.cut();
  await until(() => ended.length === 2);
});
