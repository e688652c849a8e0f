// Tests that open responses end when their credential ends. A notification causes the check, so the tests need not wait for the next
// regular one.
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext } from "../support/import-file.ts";
import { cookieOf, createTestKey, createTestSession, createTestUser } from "../support/identity/users.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool);
const app = await createTestApp(database, context);
const other = await createTestApp(database, context);
let baseUrl = "";
let user = "";
let userId = 0;
let count = 0;

beforeAll(async () => {
  baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });
});
beforeEach(async () => {
  user = `user ${String(++count)}`;
  userId = await createTestUser(pool, user, "importer");
});
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

async function openStream(headers: Record<string, string>): Promise<IncomingMessage> {
  const asked = request(`${baseUrl}/api/events`, { headers });
  asked.on("error", () => undefined);
  asked.end();
  closing.push(() => asked.destroy());
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.resume();
  response.on("error", () => undefined);
  return response;
}

const closed = (response: IncomingMessage): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  // Not events.once: it rejects when the connection is cut, which is expected here.
  if (response.closed) resolve(undefined);
  else
    response.once("close", () => {
      resolve(undefined);
    });
  return promise;
};
const portOf = (): number => Number(new URL(baseUrl).port);
const session = async () => cookieOf(await createTestSession(pool, user), portOf());
const bearer = async () => ({ authorization: `Bearer ${await createTestKey(pool, user)}` });
const administrate = (method: "PATCH" | "DELETE", url: string, payload?: object) =>
  app.inject({ method, url, ...(payload === undefined ? {} : { payload }) });

describe("an event stream ends", () => {
  test("(7.4.2) when its user is disabled", async () => {
    const streams = [await openStream(await session()), await openStream(await bearer())];
    await administrate("PATCH", `/api/users/${String(userId)}`, { disabled: true });
    await Promise.all(streams.map(closed));
  });

  test("(7.4.2) when its user is disabled by another server", async () => {
    const stream = await openStream(await session());
    await other.inject({ method: "PATCH", url: `/api/users/${String(userId)}`, payload: { disabled: true } });
    await closed(stream);
  });

  test("(8.3.2) when the role of its user changes", async () => {
    const streams = [await openStream(await session()), await openStream(await bearer())];
    await administrate("PATCH", `/api/users/${String(userId)}`, { role: "viewer" });
    await Promise.all(streams.map(closed));
  });

  test("(7.4.1) when its session is ended", async () => {
    const stream = await openStream(await session());
    await administrate("DELETE", `/api/users/${String(userId)}/sessions`);
    await closed(stream);
  });

  test("when its key is revoked, while streams of other credentials continue", async () => {
    const headers = await bearer();
    const stays = await openStream(await session());
    const ends = await openStream(headers);
    const { rows } = await pool.query<{ id: number }>("select id from api_keys where user_id = $1", [userId]);
    await administrate("DELETE", `/api/keys/${String(rows[0]?.id)}`);
    await closed(ends);
    expect(stays.closed).toBe(false);
    expect((await fetch(`${baseUrl}/api/session`, { headers })).status).toBe(401);
  });
});

describe("an export that its client has not read yet is cut, and releases its snapshot,", () => {
  beforeAll(async () => {
    // The exported file is 60 MB long, more than the buffers of both sockets can hold.
    await pool.query(
      `insert into products (sku_key, id, sku, name, description, created_in, changed_in, created_at, updated_at)
       select 'sku-' || i, i, 'sku-' || i, 'n', repeat('d', 30000), 1, 1, now(), now() from generate_series(1, 2000) i`,
    );
  });

  async function openExport(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
    const asked = request(`${url}/api/products/export`, { headers });
    asked.on("error", () => undefined);
    asked.end();
    closing.push(() => asked.destroy());
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.on("error", () => undefined);
    return response;
  }
  const snapshots = async (): Promise<number> => {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
    );
    return rows[0]?.n ?? 0;
  };
  /** Reads the rest, and returns whether the file is complete. */
  const rest = async (response: IncomingMessage): Promise<boolean> => {
    response.resume();
    await closed(response);
    return response.complete;
  };

  test("(7.4.2) when its user is disabled", async () => {
    const exports = [await openExport(baseUrl, await session()), await openExport(baseUrl, await bearer())];
    await expect.poll(snapshots).toBe(2);
    await administrate("PATCH", `/api/users/${String(userId)}`, { disabled: true });
    await expect.poll(snapshots).toBe(0);
    expect(await Promise.all(exports.map(rest))).toEqual([false, false]);
  });

  test("(7.4.1) when its credential has ended without a notification, by the regular check", async () => {
    const checking = await createTestApp(database, { ...context, credential_check_ms: 50 });
    const url = await checking.listen({ host: "127.0.0.1", port: 0 });
    const headers = await bearer();
    const exported = await openExport(url, headers);
    await pool.query("update api_keys set expires_at = now() where user_id = $1", [userId]);
    await expect.poll(snapshots).toBe(0);
    expect(await rest(exported)).toBe(false);
  });

  test("and not while its credential is valid", async () => {
    const checking = await createTestApp(database, { ...context, credential_check_ms: 1 });
    const url = await checking.listen({ host: "127.0.0.1", port: 0 });
    expect(await rest(await openExport(url, await bearer()))).toBe(true);
  });
});

test("an upload of a disabled user is cut, and no import of it remains", async () => {
  const headers = { ...(await bearer()), "content-type": "text/csv", "content-length": "1000000" };
  const upload = request(`${baseUrl}/api/imports`, { method: "POST", headers });
  const failed = once(upload, "error");
  upload.write("sku,name\nA-1,One\n");
  await expect
    .poll(async () => (await pool.query("select 1 from imports where actor like $1", [`${user}%`])).rowCount)
    .toBe(1);
  await administrate("PATCH", `/api/users/${String(userId)}`, { disabled: true });
  await failed;
  await expect
    .poll(async () => {
      const { rows } = await pool.query<{ state: string }>("select state from imports where actor like $1", [
        `${user}%`,
      ]);
      return rows[0]?.state;
    })
    .toBe("failed");
});
