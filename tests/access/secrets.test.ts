// Tests that secrets need a recent sign-in, that idempotent responses belong to one caller, and what the audit log records.
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { purgeIdentity } from "../../src/identity/purge.ts";
import type { AuditEntry } from "../../contract/identity/audit.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestKey, createTestSession, createTestUser, signedInAs } from "../support/identity/users.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const PASSWORD = "an unusual pass phrase";
await createTestUser(pool, "Ada", "admin", PASSWORD);
await createTestUser(pool, "Vera", "viewer", PASSWORD);
const webhook = (
  await app.inject({ method: "POST", url: "/api/webhooks", payload: { url: "http://127.0.0.1:9/hook?token=hush" } })
).json<{
  id: number;
}>();
const url = `/api/webhooks/${String(webhook.id)}`;

beforeEach(() => pool.query("delete from audit_log; delete from sign_in_failures; delete from idempotency_keys"));

const audit = async (query = ""): Promise<AuditEntry[]> =>
  (await app.inject({ url: `/api/audit${query}` })).json<{ items: AuditEntry[] }>().items;

describe("(7.5.3) secrets of webhooks", () => {
  const SECRET: ["POST" | "PATCH", string, object][] = [
    ["POST", `${url}/reveal`, {}],
    ["POST", `${url}/rotate`, {}],
    ["PATCH", url, { headers: { authorization: "x" } }],
    // Without this confirmation, a changed URL would receive the stored header values.
    ["PATCH", url, { url: "http://127.0.0.1:9/other" }],
    ["POST", "/api/webhooks", { url: "http://127.0.0.1:9/", headers: { authorization: "x" } }],
  ];
  test.each(SECRET)("%s %s %j needs a sign-in within 15 minutes", async (method, path, payload) => {
    const token = await createTestSession(pool, "Ada");
    const ask = (session: string) => app.inject({ method, url: path, headers: cookieOf(session), payload });
    expect((await ask(token)).statusCode).toBeLessThan(300);
    await pool.query("update sessions set signed_in_at = now() - interval '15 minutes'");
    expect((await ask(token)).json()).toMatchObject({ type: "/problems/recent-sign-in-required", status: 403 });
    const confirmed = await app.inject({
      method: "POST",
      url: "/api/session/confirm",
      headers: cookieOf(token),
      payload: { password: PASSWORD },
    });
    const renewed = /=([\w-]{43});/.exec(String(confirmed.headers["set-cookie"]))?.[1] ?? "";
    expect((await ask(renewed)).statusCode).toBeLessThan(300);
  });

  test.each(SECRET)("%s %s %j is refused to every API key", async (method, path, payload) => {
    const headers = { authorization: `Bearer ${await createTestKey(pool, "Ada")}` };
    expect((await app.inject({ method, url: path, headers, payload })).json()).toMatchObject({
      type: "/problems/not-permitted",
    });
  });

  test("a webhook can be changed without a recent sign-in if the change contains neither URL nor headers", async () => {
    const asAda = await signedInAs(app, pool, "Ada");
    await pool.query("update sessions set signed_in_at = now() - interval '1 day'");
    expect((await asAda("PATCH", url, { description: "Shop" })).statusCode).toBe(200);
  });
});

describe("(8.2.2) an idempotent response", () => {
  const post = (headers: Record<string, string>, key: string) =>
    app.inject({
      method: "POST",
      url: "/api/products",
      headers: { "idempotency-key": key, ...headers },
      payload: { sku: key, name: "x" },
    });

  test("is sent only to the user or key that sent the first request", async () => {
    const callers = [
      cookieOf(await createTestSession(pool, "Ada")),
      cookieOf(await createTestSession(pool, "admin")),
      { authorization: `Bearer ${await createTestKey(pool, "Ada")}` },
      {},
    ];
    const first = await post(callers[0] ?? {}, "once");
    expect(first.statusCode).toBe(201);
    const again = cookieOf(await createTestSession(pool, "Ada"));
    expect((await post(again, "once")).headers["idempotency-replayed"]).toBe("true");
    for (const other of callers.slice(1)) {
      const answer = await post(other, "once");
      expect([answer.statusCode, answer.headers["idempotency-replayed"]]).toEqual([409, undefined]);
    }
  });

  test("is not sent to someone who may no longer use the route: rights are checked first", async () => {
    const headers = { authorization: `Bearer ${await createTestKey(pool, "Vera", { scopes: ["read"] })}` };
    const refused = await post(headers, "refused");
    expect(refused.statusCode).toBe(403);
    expect((await pool.query("select 1 from idempotency_keys")).rowCount).toBe(0);
    expect((await post({ authorization: "" }, "refused")).statusCode).toBe(401);
  });
});

describe("(16.3.1) the audit log", () => {
  test("records sign-ins, good and bad, with address and request id, and without any secret", async () => {
    const signIn = (user: string, password: string) =>
      app.inject({ method: "POST", url: "/api/session", headers: { authorization: "" }, payload: { user, password } });
    await signIn("Ada", PASSWORD);
    await signIn("Ada", "my other password");
    await signIn("my password, typed into the wrong field", "x");
    const entries = await audit();
    expect(entries.map(({ action, actor, detail }) => [action, actor, detail])).toEqual([
      ["sign-in-failed", "unknown user", { reason: "no-such-user" }],
      ["sign-in-failed", "Ada", { reason: "password" }],
      ["signed-in", "Ada", { by: "password" }],
    ]);
    for (const { address, request_id } of entries)
      expect([address, request_id]).toEqual(["127.0.0.1", expect.any(String)]);
    expect(JSON.stringify(entries)).not.toMatch(/my other|typed into|unusual/);
  });

  test("(16.3.2) records refused requests, but one of each kind a minute", async () => {
    const asVera = await signedInAs(app, pool, "Vera");
    for (let i = 0; i < 20; i++) expect((await asVera("GET", "/api/users")).statusCode).toBe(403);
    await asVera("POST", "/api/products", { sku: "x", name: "x" });
    expect((await audit("?action=access-denied")).map(({ actor, subject }) => [actor, subject])).toEqual([
      ["Vera", "POST /api/products"],
      ["Vera", "GET /api/users"],
    ]);
  });

  test("(16.3.3) records changes of users, keys, webhooks and secrets, and exports", async () => {
    const asAda = await signedInAs(app, pool, "Ada");
    const { user } = (await asAda("POST", "/api/users", { name: "Eve", role: "viewer" })).json<{
      user: { id: number };
    }>();
    await asAda("PATCH", `/api/users/${String(user.id)}`, { role: "editor" });
    await asAda("PATCH", `/api/users/${String(user.id)}`, { disabled: true });
    await asAda("DELETE", `/api/users/${String(user.id)}/sessions`);
    const { key, record } = (await asAda("POST", "/api/keys", { name: "erp", scopes: ["read"] })).json<{
      key: string;
      record: { id: number };
    }>();
    await asAda("DELETE", `/api/keys/${String(record.id)}`);
    await asAda("PATCH", url, { url: "http://127.0.0.1:9/hook?token=hush" });
    const revealed = (await asAda("POST", `${url}/reveal`)).json<{ secrets: { secret: string }[] }>();
    await asAda("POST", `${url}/rotate`, {});
    await asAda("GET", "/api/products/export");
    const entries = await audit();
    expect(entries.map(({ action, subject }) => `${action} ${subject ?? ""}`).reverse()).toEqual([
      "user-created user Eve",
      "link-created user Eve",
      "role-changed user Eve",
      "user-disabled user Eve",
      "sessions-ended user Eve",
      "key-created key erp of Ada",
      "key-revoked key erp of Ada",
      `webhook-changed webhook ${String(webhook.id)}`,
      `secret-revealed webhook ${String(webhook.id)}`,
      `secret-rotated webhook ${String(webhook.id)}`,
      "catalogue-exported ",
    ]);
    expect(entries.every(({ actor }) => actor === "Ada")).toBe(true);
    const text = JSON.stringify(entries);
    for (const secret of [key, "hush", ...revealed.secrets.map(({ secret }) => secret)])
      expect(text).not.toContain(secret);
  });

  test("is listed page by page, and by action, actor and time", async () => {
    const asAda = await signedInAs(app, pool, "Ada");
    const asVera = await signedInAs(app, pool, "Vera");
    for (let i = 0; i < 3; i++) await asAda("DELETE", "/api/account/sessions");
    await asVera("DELETE", "/api/account/sessions");
    const first = (await app.inject({ url: "/api/audit?limit=3" })).json<{
      items: AuditEntry[];
      next_cursor: string;
    }>();
    const rest = await audit(`?limit=3&cursor=${first.next_cursor}`);
    expect([...first.items, ...rest].map(({ actor }) => actor)).toEqual(["Vera", "Ada", "Ada", "Ada"]);
    expect(await audit("?actor=Vera")).toHaveLength(1);
    expect(await audit("?action=signed-in")).toHaveLength(0);
    expect(await audit("?until=2020-01-01T00:00:00Z")).toHaveLength(0);
    expect(await audit("?since=2020-01-01T00:00:00Z&action=sessions-ended")).toHaveLength(4);
  });

  test("(16.4.2) entries are deleted when their retention ends, and the API cannot delete or change them", async () => {
    const asAda = await signedInAs(app, pool, "Ada");
    await asAda("DELETE", "/api/account/sessions");
    await asAda("DELETE", "/api/account/sessions");
    await pool.query(
      "update audit_log set at = now() - interval '366 days' where id = (select min(id) from audit_log)",
    );
    expect(await purgeIdentity(pool, 365)).toBe(1);
    expect(await audit()).toHaveLength(1);
    for (const method of ["DELETE", "PATCH", "PUT", "POST"] as const)
      expect((await app.inject({ method, url: "/api/audit" })).statusCode).toBe(404);
  });

  test("keys that were revoked or have expired are deleted when the retention of the audit log ends", async () => {
    const ages = ["revoked_at = now() - interval '366 days'", "expires_at = now() - interval '366 days'"];
    const kept = [
      "revoked_at = now() - interval '364 days'",
      "expires_at = now() - interval '364 days'",
      "revoked_at = null",
    ];
    for (const change of [...ages, ...kept]) {
      const key = await createTestKey(pool, "Ada");
      await pool.query(`update api_keys set name = $2, ${change} where key_hash = $1`, [hash(key), change]);
    }
    await purgeIdentity(pool, 365);
    const { rows } = await pool.query<{ name: string }>("select name from api_keys where name like '%=%' order by id");
    expect(rows.map(({ name }) => name)).toEqual(kept);
  });

  test("a purge keeps what is in use", async () => {
    const token = await createTestSession(pool, "Ada");
    const old = await createTestSession(pool, "Ada");
    await pool.query(
      "update sessions set last_used_at = now() - interval '2 days' where token_hash = sha256($1::text::bytea)",
      [old],
    );
    await purgeIdentity(pool, 365);
    const left = await pool.query("select 1 from sessions where token_hash = any($1)", [[token, old].map(hash)]);
    expect(left.rowCount).toBe(1);
  });
});

const hash = (token: string): Buffer => createHash("sha256").update(token).digest();
