// Tests the life of API keys.
import { beforeEach, describe, expect, test } from "vitest";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { createTestKey, createTestUser, signedInAs } from "../support/identity/users.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
await createTestUser(pool, "Ada", "editor");
await createTestUser(pool, "Bob", "viewer");
const asAda = await signedInAs(app, pool, "Ada");
const asBob = await signedInAs(app, pool, "Bob");
const asAdmin = await signedInAs(app, pool, "admin");

beforeEach(() => pool.query("delete from api_keys where local_folder is null"));

interface Created {
  key: string;
  record: { id: number; prefix: string; last_four: string; scopes: string[]; last_used_at: string | null };
}
const create = async (body: object): Promise<Created> => {
  const response = await asAda("POST", "/api/keys", { name: "erp", scopes: ["read"], ...body });
  expect(response.statusCode).toBe(201);
  return response.json();
};
const statusWith = async (key: string, url = "/api/session"): Promise<number> =>
  (await app.inject({ url, headers: { authorization: `Bearer ${key}` } })).statusCode;

describe("a key", () => {
  test("is shown once; lists show its beginning and its end", async () => {
    const { key, record } = await create({ scopes: ["read", "edit", "read"] });
    expect(key).toMatch(/^sku_[\w-]{43}$/);
    expect(record).toMatchObject({ prefix: key.slice(0, 8), last_four: key.slice(-4), scopes: ["read", "edit"] });
    const list = await asAda("GET", "/api/keys");
    expect(list.body).not.toContain(key);
    expect(list.json<{ items: unknown[] }>().items).toEqual([record]);
  });

  test("expires after 90 days by default, and is refused from then on", async () => {
    const { key, record } = await create({});
    const { rows } = await pool.query<{ days: number }>(
      "select extract(day from expires_at - created_at)::int as days from api_keys where id = $1",
      [record.id],
    );
    expect(rows[0]?.days).toBe(90);
    expect(await statusWith(key)).toBe(200);
    await pool.query("update api_keys set expires_at = now() where id = $1", [record.id]);
    // For five seconds, the server may use the cached credential, which is still valid. Ending sessions clears the cache.
    await asAda("DELETE", "/api/account/sessions");
    expect(await statusWith(key)).toBe(401);
  });

  test("is refused as soon as it is revoked, and stays in the list", async () => {
    const { key, record } = await create({});
    expect(await statusWith(key)).toBe(200);
    expect((await asAda("DELETE", `/api/keys/${String(record.id)}`)).statusCode).toBe(204);
    expect(await statusWith(key)).toBe(401);
    const { items } = (await asAda("GET", "/api/keys")).json<{
      items: { valid: boolean; revoked_at: string | null }[];
    }>();
    expect(items).toMatchObject([{ valid: false, revoked_at: expect.any(String) as string }]);
  });

  test("shows when it was last used", async () => {
    const { key, record } = await create({});
    expect(record.last_used_at).toBeNull();
    await statusWith(key);
    const { items } = (await asAda("GET", "/api/keys")).json<{ items: { last_used_at: string | null }[] }>();
    expect(items[0]?.last_used_at).not.toBeNull();
  });

  test("(8.3.1) can never do more than its owner's present role allows", async () => {
    const { key } = await create({ scopes: ["read", "edit"] });
    const change = () =>
      app.inject({
        method: "PATCH",
        url: "/api/products/none",
        headers: { authorization: `Bearer ${key}` },
        payload: { name: "x" },
      });
    expect((await change()).statusCode).toBe(404);
    const { rows } = await pool.query<{ id: number }>("select id from users where name = 'Ada'");
    const url = `/api/users/${String(rows[0]?.id)}`;
    await asAdmin("PATCH", url, { role: "viewer" });
    expect((await change()).statusCode).toBe(403);
    expect(await statusWith(key)).toBe(200);
    await asAdmin("PATCH", url, { role: "editor" });
    expect((await change()).statusCode).toBe(404);
  });

  test("appears in changesets with its name", async () => {
    const key = await createTestKey(pool, "Ada");
    const headers = { authorization: `Bearer ${key}` };
    await app.inject({ method: "POST", url: "/api/products", headers, payload: { sku: "by-key", name: "x" } });
    const { items } = (await app.inject({ url: "/api/changesets" })).json<{ items: { actor: string }[] }>();
    expect(items[0]?.actor).toBe("Ada (key of Ada)");
    const feed = (await app.inject({ url: "/api/events/feed" })).json<{ items: { data: { actor: string } }[] }>();
    expect(feed.items.at(-1)?.data.actor).toBe("Ada (key of Ada)");
  });
});

describe("the creation of a key", () => {
  test("(8.2.1) is refused with a scope that the role does not include", async () => {
    const again = await signedInAs(app, pool, "Ada");
    for (const scope of ["import", "manage"])
      expect((await again("POST", "/api/keys", { name: "x", scopes: ["read", scope] })).json()).toMatchObject({
        type: "/problems/not-permitted",
      });
  });

  test("is refused to keys: a key creates no keys, users or links", async () => {
    const headers = { authorization: `Bearer ${await createTestKey(pool, "admin")}` };
    const bodies = [
      ["/api/keys", { name: "x", scopes: ["read"] }],
      ["/api/users", { name: "x", role: "admin" }],
      ["/api/users/1/link", {}],
    ] as const;
    for (const [url, payload] of bodies)
      expect((await app.inject({ method: "POST", url, headers, payload })).statusCode, url).toBe(403);
  });

  test("ends at 50 valid keys", async () => {
    const again = await signedInAs(app, pool, "Bob");
    for (let i = 0; i < 50; i++) await createTestKey(pool, "Bob");
    const body = { name: "x", scopes: ["read"] };
    expect((await again("POST", "/api/keys", body)).json()).toMatchObject({ type: "/problems/limit-reached" });
  });
});

describe("a key of another user", () => {
  test("(8.2.2) is not found, and does not appear in the list", async () => {
    await createTestKey(pool, "Ada");
    const { rows } = await pool.query<{ id: number }>("select id from api_keys where local_folder is null");
    const id = String(rows[0]?.id);
    const refused = await asBob("DELETE", `/api/keys/${id}`);
    const missing = await asBob("DELETE", "/api/keys/999999");
    expect([refused.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(refused.json<{ detail: string }>().detail.replace(id, "N")).toBe(
      missing.json<{ detail: string }>().detail.replace("999999", "N"),
    );
    expect((await asBob("GET", "/api/keys")).json()).toMatchObject({ items: [] });
    expect((await asBob("GET", "/api/keys?all=true")).statusCode).toBe(403);
  });

  test("is listed to administrators, who can revoke it; the key of the data folder is not listed", async () => {
    const key = await createTestKey(pool, "Ada");
    const { items } = (await asAdmin("GET", "/api/keys?all=true")).json<{ items: { id: number; user: string }[] }>();
    expect(items.map(({ user }) => user)).toEqual(["Ada"]);
    expect((await asAdmin("DELETE", `/api/keys/${String(items[0]?.id)}`)).statusCode).toBe(204);
    expect(await statusWith(key)).toBe(401);
  });
});
