// Tests the limits of failed attempts. The limits are in the database, so several servers share them.
import type * as argon2 from "@node-rs/argon2";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { lockKeys } from "../../src/db/advisory-locks.ts";
import { createPool } from "../../src/db/connection/connect.ts";
import { listAudit } from "../../src/identity/audit/audit.ts";
import { createLink } from "../../src/identity/links/links.ts";
import { limitOfAccount, networkOf } from "../../src/identity/throttle/subjects.ts";
import { findUserByName } from "../../src/identity/users/store.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestSession, createTestUser } from "../support/identity/users.ts";
import { until } from "../support/until.ts";

/** Counts the hashes that are computed, and how many of them at the same time. */
const hashes = vi.hoisted(() => ({
  total: 0,
  running: 0,
  most_at_once: 0,
  /** Each computation of a hash waits for this promise. */
  gate: undefined as Promise<undefined> | undefined,
}));
vi.mock("@node-rs/argon2", async (importOriginal) => {
  const original = await importOriginal<typeof argon2>();
  return {
    ...original,
    verify: async (...given: Parameters<typeof original.verify>) => {
      hashes.total += 1;
      hashes.running += 1;
      hashes.most_at_once = Math.max(hashes.most_at_once, hashes.running);
      await hashes.gate;
      return original.verify(...given).finally(() => (hashes.running -= 1));
    },
  };
});

const database = await createTestDatabase();
const { pool } = database;
const servers = [await createTestApp(database), await createTestApp(database)];
const PASSWORD = "an unusual pass phrase";
await createTestUser(pool, "Ada", "viewer", PASSWORD);
await createTestUser(pool, "Bob", "viewer", PASSWORD);
await createTestUser(pool, "Cleo", "viewer");

beforeEach(async () => {
  await pool.query("delete from sign_in_failures; delete from audit_log");
  Object.assign(hashes, { total: 0, running: 0, most_at_once: 0, gate: undefined });
});

let turn = 0;
/** Signs in at each server in turn. */
function signIn(user: string, password: string, address: string) {
  const app = servers[turn++ % servers.length] as (typeof servers)[0];
  const headers = { authorization: "", "x-forwarded-for": address };
  return app.inject({ method: "POST", url: "/api/session", headers, payload: { user, password } });
}

const statusesOf = async (answers: ReturnType<typeof signIn>[]): Promise<number[]> =>
  (await Promise.all(answers)).map(({ statusCode }) => statusCode);

describe("(6.3.1) after 10 failed attempts", () => {
  test("an account accepts no further attempt from any address, not even with the right password", async () => {
    for (let i = 0; i < 10; i++) expect((await signIn("ada", "wrong", `192.0.2.${String(i)}`)).statusCode).toBe(401);
    const refused = await signIn("Ada", PASSWORD, "198.51.100.1");
    expect(refused.json()).toMatchObject({ type: "/problems/too-many-attempts", status: 429 });
    const seconds = Number(refused.headers["retry-after"]);
    expect(seconds).toBeGreaterThan(14 * 60);
    expect(seconds).toBeLessThanOrEqual(15 * 60);
    expect((await signIn("Bob", PASSWORD, "198.51.100.1")).statusCode).toBe(200);
  });

  test("the account accepts attempts again after 15 minutes", async () => {
    for (let i = 0; i < 10; i++) await signIn("Ada", "wrong", `192.0.2.${String(i)}`);
    await pool.query("update sign_in_failures set at = at - interval '14 minutes 50 seconds'");
    const refused = await signIn("Ada", PASSWORD, "198.51.100.1");
    expect([refused.statusCode, Number(refused.headers["retry-after"]) <= 10]).toEqual([429, true]);
    await pool.query("update sign_in_failures set at = at - interval '10 seconds'");
    expect((await signIn("Ada", PASSWORD, "198.51.100.1")).statusCode).toBe(200);
  });

  test("an account that does not exist is refused too, so that a refusal does not show which accounts exist", async () => {
    for (let i = 0; i < 10; i++) await signIn("nobody", "wrong", `192.0.2.${String(i)}`);
    expect((await signIn("Nobody", "wrong", "198.51.100.1")).statusCode).toBe(429);
  });

  test("no hash is computed for a refused attempt", async () => {
    for (let i = 0; i < 12; i++) await signIn("Ada", "wrong", `192.0.2.${String(i)}`);
    expect(hashes.total).toBe(10);
  });

  test("an attempt that succeeds resets the count of its account", async () => {
    for (let i = 0; i < 9; i++) await signIn("Ada", "wrong", `192.0.2.${String(i)}`);
    expect((await signIn("Ada", PASSWORD, "192.0.2.99")).statusCode).toBe(200);
    for (let i = 0; i < 9; i++) expect((await signIn("Ada", "wrong", `192.0.2.${String(i)}`)).statusCode).toBe(401);
  });

  test("a session that is open continues, and its user can confirm the sign-in", async () => {
    const headers = cookieOf(await createTestSession(pool, "Ada"));
    for (let i = 0; i < 11; i++) await signIn("Ada", "wrong", `192.0.2.${String(i)}`);
    expect((await servers[0]?.inject({ url: "/api/session", headers }))?.statusCode).toBe(200);
    const confirmed = await servers[0]?.inject({
      method: "POST",
      url: "/api/session/confirm",
      headers,
      payload: { password: PASSWORD },
    });
    expect(confirmed?.statusCode).toBe(200);
  });

  test("the audit log contains each failure, and one entry about the refusals", async () => {
    for (let i = 0; i < 15; i++) await signIn("Ada", "wrong", `192.0.2.${String(i)}`);
    const entries = await listAudit(pool, {}, { before: undefined, limit: 100 });
    const count = (action: string): number => entries.filter((entry) => entry.action === action).length;
    expect([count("sign-in-failed"), count("sign-in-blocked")]).toEqual([10, 1]);
    expect(entries[0]).toMatchObject({ action: "sign-in-blocked", actor: "Ada", address: "192.0.2.10" });
  });
});

describe("(6.3.1) an address", () => {
  test("is refused after 30 failed attempts for different accounts", async () => {
    for (let i = 0; i < 30; i++) expect((await signIn(`user ${String(i)}`, "x", "192.0.2.1")).statusCode).toBe(401);
    expect((await signIn("Ada", PASSWORD, "192.0.2.1")).statusCode).toBe(429);
    expect((await signIn("Ada", PASSWORD, "192.0.2.2")).statusCode).toBe(200);
  });

  test("does not reset its count by signing in with an account of its own", async () => {
    for (let i = 0; i < 29; i++) await signIn(`user ${String(i)}`, "x", "192.0.2.1");
    expect((await signIn("Bob", PASSWORD, "192.0.2.1")).statusCode).toBe(200);
    expect((await signIn("user", "x", "192.0.2.1")).statusCode).toBe(401);
    expect((await signIn("Bob", PASSWORD, "192.0.2.1")).statusCode).toBe(429);
  });

  test("of IPv6 stands for its /64 network", async () => {
    for (let i = 0; i < 30; i++) await signIn(`user ${String(i)}`, "x", `2001:db8:0:1::${i.toString(16)}`);
    expect((await signIn("Ada", PASSWORD, "2001:db8:0:1:ffff::1")).statusCode).toBe(429);
    expect((await signIn("Ada", PASSWORD, "2001:db8:0:2::1")).statusCode).toBe(200);
  });

  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"],
    ["::1", "0:0:0:0::/64"],
    ["", "unknown"],
  ])("%s is counted as %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

test("(6.3.1) attempts at the same time cannot exceed the limit", async () => {
  const statuses = await statusesOf(
    Array.from({ length: 40 }, (_, i) => signIn("Ada", "wrong", `192.0.2.${String(i)}`)),
  );
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(30);
  expect(hashes.total).toBe(10);
});

test("at most two hashes are computed at the same time", async () => {
  await statusesOf(Array.from({ length: 12 }, (_, i) => signIn(`user ${String(i)}`, "x", `192.0.2.${String(i)}`)));
  expect(hashes.total).toBe(12);
  expect(hashes.most_at_once).toBe(2);
});

test.each(["Ada", "nobody", "Cleo"])("(6.3.8) one hash is computed for a wrong password of %s", async (user) => {
  expect((await signIn(user, "wrong", "192.0.2.1")).statusCode).toBe(401);
  expect(hashes.total).toBe(1);
});

test("(6.3.1) an attempt whose password was not checked is not a failure", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  hashes.gate = promise;
  const statuses: number[] = [];
  const answers = Array.from({ length: 110 }, async (_, i) => {
    statuses.push((await signIn(`user ${String(i)}`, "x", `10.0.0.${String(i)}`)).statusCode);
  });
  // Two hashes are running, and 100 are waiting.
  await expect.poll(() => statuses, { timeout: 20_000 }).toEqual(Array.from({ length: 8 }, () => 503));
  const countFailures = "select 1 from sign_in_failures where subject like 'account:%'";
  expect((await pool.query(countFailures)).rowCount).toBe(102);
  resolve(undefined);
  await Promise.all(answers);
});

test("(2.4.1) sign-ins that wait for their hashes do not refuse the confirmation of a user who is signed in", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  hashes.gate = promise;
  const statuses: number[] = [];
  const answers = Array.from({ length: 103 }, async (_, i) => {
    statuses.push((await signIn(`user ${String(i)}`, "x", `10.0.0.${String(i)}`)).statusCode);
  });
  await expect.poll(() => statuses, { timeout: 20_000 }).toEqual([503]);
  const headers = cookieOf(await createTestSession(pool, "Ada"));
  const payload = { password: PASSWORD };
  const confirmed = servers[0]?.inject({ method: "POST", url: "/api/session/confirm", headers, payload });
  await expect.poll(() => hashes.running, { timeout: 20_000 }).toBe(3);
  resolve(undefined);
  expect((await confirmed)?.statusCode).toBe(200);
  await Promise.all(answers);
});

test("(6.3.1) a confirmation whose password was not checked is not a failure", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  hashes.gate = promise;
  const statuses: number[] = [];
  const payload = { password: PASSWORD };
  const tokens = await Promise.all(Array.from({ length: 11 }, () => createTestSession(pool, "Ada")));
  const answers = Array.from({ length: 110 }, async (_, i) => {
    const headers = cookieOf(tokens[i % tokens.length] ?? "");
    const answer = await servers[0]?.inject({ method: "POST", url: "/api/session/confirm", headers, payload });
    statuses.push(answer?.statusCode ?? 0);
  });
  // One hash is running, and 100 are waiting.
  await expect.poll(() => statuses, { timeout: 20_000 }).toEqual(Array.from({ length: 9 }, () => 503));
  const countFailures = "select 1 from sign_in_failures where subject like 'session:%'";
  expect((await pool.query(countFailures)).rowCount).toBe(101);
  resolve(undefined);
  await Promise.all(answers);
});

test("guesses of a link count for the address", async () => {
  const guess = (token: string) =>
    servers[0]?.inject({
      method: "POST",
      url: "/api/links/redeem",
      headers: { authorization: "", "x-forwarded-for": "192.0.2.1" },
      payload: { token },
    });
  for (let i = 0; i < 30; i++)
    expect((await guess(`${"A".repeat(40)}${String(i).padStart(3, "0")}`))?.statusCode).toBe(410);
  expect((await guess("A".repeat(43)))?.statusCode).toBe(429);
});

test("(6.3.1) failed sign-ins do not block a link of the user, and the link clears them", async () => {
  const user = await findUserByName(pool, "Cleo");
  const { token } = await createLink(pool, { kind: "reset", user_id: user?.id ?? 0, created_by: "test" });
  for (let i = 0; i < 11; i++) await signIn("Cleo", "wrong", `192.0.2.${String(i)}`);
  const redeemed = await servers[0]?.inject({
    method: "POST",
    url: "/api/links/redeem",
    headers: { authorization: "", "x-forwarded-for": "198.51.100.1" },
    payload: { token, password: PASSWORD },
  });
  expect(redeemed?.statusCode).toBe(200);
  expect((await signIn("Cleo", PASSWORD, "198.51.100.1")).statusCode).toBe(200);
});

test("(2.4.1) sign-ins that wait for each other leave database connections to users who are signed in", async () => {
  const { address } = database;
  const own = createPool(address, { application_name: "test", max: 4 });
  const app = await createTestApp({ address, pool: own });
  const holder = await pool.connect();
  await holder.query("begin");
  await holder.query("select pg_advisory_xact_lock($1::integer, hashtext($2))", [
    lockKeys("sign_in")[0],
    limitOfAccount("Ada").subject,
  ]);
  const headers = { authorization: "" };
  const payload = { user: "Ada", password: "wrong" };
  const pending = Array.from({ length: 50 }, () =>
    app.inject({ method: "POST", url: "/api/session", headers, payload }),
  );
  await until(async () => {
    const { rowCount } = await holder.query("select from pg_locks where locktype = 'advisory' and not granted");
    return (rowCount ?? 0) > 0;
  });
  // Each of these requests needs a connection of the pool.
  for (let i = 0; i < 5; i++) expect((await app.inject({ url: "/api/products" })).statusCode).toBe(200);
  const confirmed = await app.inject({
    method: "POST",
    url: "/api/session/confirm",
    headers: cookieOf(await createTestSession(pool, "Bob")),
    payload: { password: PASSWORD },
  });
  expect(confirmed.statusCode).toBe(200);
  await holder.query("commit");
  holder.release();
  const statuses = (await Promise.all(pending)).map(({ statusCode }) => statusCode);
  expect([statuses.filter((one) => one === 401).length, statuses.filter((one) => one === 429).length]).toEqual([
    10, 40,
  ]);
  await app.close();
  await own.end();
});

test("(6.3.1) guesses of the password within a session count for the session", async () => {
  const headers = cookieOf(await createTestSession(pool, "Ada"));
  const confirm = (password: string) =>
    servers[0]?.inject({ method: "POST", url: "/api/session/confirm", headers, payload: { password } });
  for (let i = 0; i < 10; i++) expect((await confirm("wrong"))?.statusCode).toBe(401);
  expect((await confirm(PASSWORD))?.statusCode).toBe(429);
  expect((await signIn("Ada", PASSWORD, "192.0.2.1")).statusCode).toBe(200);
});
