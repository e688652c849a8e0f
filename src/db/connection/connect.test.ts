import pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { until } from "../../../tests/support/until.ts";
import { checkServer, connectClient, createPool, isTransient, retryTransient, withTransaction } from "./connect.ts";
import { parseTimestamp } from "./parse-values.ts";
import { withSessionOptions } from "./session-settings.ts";

const database = await createTestDatabase("empty");
const options = { application_name: "skuport test" };

test("values are returned as JSON would represent them", async () => {
  const { rows } = await database.pool.query(
    `select 9007199254740991::int8 as id, array[1, null]::int8[] as ids, 7::int as n, null::int8 as none,
            '2026-03-04 05:06:07.123456+02'::timestamptz as at, array['2026-03-04 05:06:07+00'::timestamptz] as ats,
            'infinity'::timestamptz as never, 1.50::numeric as price, '{"a": 1}'::jsonb as attributes`,
  );
  expect(rows).toEqual([
    {
      id: 9007199254740991,
      ids: [1, null],
      n: 7,
      none: null,
      at: "2026-03-04T03:06:07.123456Z",
      ats: ["2026-03-04T05:06:07Z"],
      never: "infinity",
      price: "1.50",
      attributes: { a: 1 },
    },
  ]);
});

test.each([
  ["2026-01-01 00:30:00+01", "2025-12-31T23:30:00Z"],
  ["2026-01-01 00:30:00.5-03:30", "2026-01-01T04:00:00.5Z"],
  ["2026-01-01 00:00:00+00", "2026-01-01T00:00:00Z"],
])("the timestamp %s is parsed as %s", (text, iso) => {
  expect(parseTimestamp(text)).toBe(iso);
});

test("a bigint beyond 2^53 is an error and is not rounded", async () => {
  await expect(database.pool.query("select 9007199254740993::int8")).rejects.toThrow(/does not fit/);
});

test("JIT compilation is off, whatever the server's default", async () => {
  expect((await database.pool.query("show jit")).rows).toEqual([{ jit: "off" }]);
});

test("the embedded server meets the requirements", async () => {
  await checkServer(database.pool);
});

test.each([
  [{ version: 140_005, encoding: "UTF8", name: "shop" }, /PostgreSQL 14 is too old/],
  [{ version: 160_000, encoding: "SQL_ASCII", name: "shop" }, /"shop" stores text as SQL_ASCII/],
])("a server with %j is refused", async (answer, message) => {
  const db = { query: () => Promise.resolve({ rows: [answer] }) } as unknown as Parameters<typeof checkServer>[0];
  await expect(checkServer(db)).rejects.toThrow(message);
});

test("a transaction commits when its work returns and rolls back when it throws", async () => {
  await database.pool.query("create table stored (n int)");
  expect(await withTransaction(database.pool, (client) => client.query("insert into stored values (1)"))).toBeDefined();
  const failing = withTransaction(database.pool, async (client) => {
    await client.query("insert into stored values (2)");
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect((await database.pool.query("select n from stored")).rows).toEqual([{ n: 1 }]);
});

test("a connection that breaks inside a transaction does not return to the pool", async () => {
  const pool = createPool(database.address, { ...options, max: 1 });
  const failing = withTransaction(pool, (client) => client.query("select pg_terminate_backend(pg_backend_pid())"));
  await expect(failing).rejects.toSatisfy(isTransient);
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test("a connection that ends while idle is reported and replaced", async () => {
  const errors: Error[] = [];
  const pool = createPool(database.address, { ...options, max: 1, onIdleError: (error) => errors.push(error) });
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  await database.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
  await until(() => errors.length > 0);
  expect(errors.every(isTransient)).toBe(true);
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test("a refused connection is transient, a failed statement is not", async () => {
  const nowhere = { ...database.address, host: "/nonexistent" };
  const refused = await connectClient(nowhere, options).catch((error: unknown) => error);
  const failed = await database.pool.query("select 1/0").catch((error: unknown) => error);
  expect([isTransient(refused), isTransient(failed), isTransient(new Error("no")), isTransient("40001")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(isTransient(new Error("chunk 7", { cause: Object.assign(new Error(), { code: "40P01" }) }))).toBe(true);
});

test.each([
  "25006",
  "25P03",
  "25P04",
  "53100",
  "53200",
  "57014",
  "57P01",
  "57P05",
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
])("%s is transient", (code) => {
  expect(isTransient(Object.assign(new Error(code), { code }))).toBe(true);
});

test("a pool without a free connection is transient", async () => {
  const pool = createPool(database.address, { ...options, max: 1 });
  const client = await pool.connect();
  pool.options.connectionTimeoutMillis = 10;
  await expect(pool.query("select 1")).rejects.toSatisfy(isTransient);
  client.release();
  await pool.end();
});

test("an administrator's time limits do not apply to our sessions", async () => {
  const names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"];
  const { rows: found } = await database.pool.query<{ name: string }>(
    "select name from pg_settings where name = 'transaction_timeout'",
  );
  names.push(...found.map(({ name }) => name));
  for (const name of names) await database.pool.query(`alter database ${database.address.database} set ${name} = '5s'`);
  const pool = createPool(database.address, { ...options, max: 1 });
  const client = await connectClient(database.address, options);
  const plain = new pg.Client(database.address);
  await plain.connect();
  for (const [db, expected] of [
    [pool, "0"],
    [client, "0"],
    [plain, "5s"],
  ] as const)
    for (const name of names) expect((await db.query(`show ${name}`)).rows).toEqual([{ [name]: expected }]);
  await Promise.all([pool.end(), client.end(), plain.end()]);
  for (const name of names) await database.pool.query(`alter database ${database.address.database} reset ${name}`);
});

test("each option in the URL takes precedence over ours", () => {
  const { connectionString } = withSessionOptions("postgres://shop@db/shop?options=-c%20statement_timeout%3D9000");
  const given = new URL(connectionString).searchParams.get("options") ?? "";
  expect(given).toMatch(/^-c jit=off .*-c statement_timeout=0 .*-c statement_timeout=9000$/);
  expect(withSessionOptions("socket:/tmp?db=shop").options).toContain("-c jit=off");
});

test("with waits_for_space, retries continue for as long as the disk is full", async () => {
  let calls = 0;
  const work = () =>
    ++calls < 5 ? Promise.reject(Object.assign(new Error("full"), { code: "53100" })) : Promise.resolve(calls);
  await expect(retryTransient(work, { timeout_ms: 0 })).rejects.toThrow("full");
  calls = 0;
  expect(await retryTransient(work, { timeout_ms: 0, waits_for_space: true })).toBe(5);
});

test("transient errors are retried, others are thrown immediately", async () => {
  let calls = 0;
  const work = (code: string) => () =>
    ++calls < 3 ? Promise.reject(Object.assign(new Error(code), { code })) : Promise.resolve(calls);
  expect(await retryTransient(work("40001"))).toBe(3);
  calls = 0;
  await expect(retryTransient(work("23505"))).rejects.toThrow("23505");
  expect(calls).toBe(1);
});

test("retries end after their timeout, or when the signal aborts", async () => {
  const always = () => Promise.reject(Object.assign(new Error("deadlock"), { code: "40P01" }));
  await expect(retryTransient(always, { timeout_ms: 30 })).rejects.toThrow("deadlock");
  const abort = new AbortController();
  const attempt = retryTransient(always, { signal: abort.signal });
  abort.abort(new Error("stopped"));
  await expect(attempt).rejects.toThrow();
});
