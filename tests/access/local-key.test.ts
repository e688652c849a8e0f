// Tests how long the key of a data folder is valid, and that it is the way back when no administrator is left.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLocalKey } from "../../src/identity/keys/local-key.ts";
import { purgeIdentity } from "../../src/identity/purge.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skuport-local-key-"));
});
afterEach(() => {
  vi.useRealTimers();
});

const statusWith = async (key: string): Promise<number> => {
  const server = await createTestApp(database);
  return (await server.inject({ url: "/api/users", headers: { authorization: `Bearer ${key}` } })).statusCode;
};
const daysLeft = async (): Promise<number> => {
  const { rows } = await pool.query<{ days: number }>(
    "select extract(day from expires_at - now())::int as days from api_keys where local_folder like $1",
    [`%${folder}`],
  );
  return rows[0]?.days ?? -1;
};
const age = (days: number) =>
  pool.query("update api_keys set expires_at = expires_at - make_interval(days => $2) where local_folder like $1", [
    `%${folder}`,
    days,
  ]);

test("(13.3.4) the local key of a server that was killed expires, and a purge deletes it", async () => {
  const { key } = await createLocalKey(pool, folder);
  expect(await readFile(join(folder, "local.key"), "utf8")).toBe(`${key}\n`);
  expect(await statusWith(key)).toBe(200);
  await age(8);
  expect(await statusWith(key)).toBe(401);
  await purgeIdentity(pool, 365);
  expect(await daysLeft()).toBeLessThan(0);
  await age(365);
  await purgeIdentity(pool, 365);
  expect((await pool.query("select 1 from api_keys where local_folder like $1", [`%${folder}`])).rowCount).toBe(0);
});

test("a running server renews its key", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const local = await createLocalKey(pool, folder);
  await age(5);
  const before = await daysLeft();
  vi.advanceTimersByTime(600_000);
  await expect.poll(daysLeft).toBeGreaterThan(before + 4);
  // The computer sleeps for a month, and other servers of the same database purge old rows meanwhile.
  await age(30);
  await purgeIdentity(pool, 365);
  vi.advanceTimersByTime(600_000);
  await expect.poll(() => statusWith(local.key)).toBe(200);
  await local.remove();
  expect(await statusWith(local.key)).toBe(401);
});

test("a server starts without an enabled administrator, and its local key can appoint one", async () => {
  const { id } = (
    await app.inject({ method: "POST", url: "/api/users", payload: { name: "Eve", role: "viewer" } })
  ).json<{
    user: { id: number };
  }>().user;
  await pool.query("update users set disabled_at = now() where role = 'admin'");
  const { key } = await createLocalKey(pool, folder);
  const server = await createTestApp(database);
  const headers = { authorization: `Bearer ${key}` };
  const appointed = await server.inject({
    method: "PATCH",
    url: `/api/users/${String(id)}`,
    headers,
    payload: { role: "admin" },
  });
  expect(appointed.json()).toMatchObject({ name: "Eve", role: "admin" });
});
