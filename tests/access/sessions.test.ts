// Tests the life of sessions, and requests that pages of other sites send with the cookie of a browser.
import { beforeEach, describe, expect, test } from "vitest";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestSession, createTestUser, signedInAs } from "../support/identity/users.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const PASSWORD = "an unusual pass phrase";
await createTestUser(pool, "Ada", "editor", PASSWORD);
await createTestUser(pool, "Bob", "viewer");

beforeEach(async () => {
  await pool.query("delete from sessions; delete from sign_in_failures");
});

const statusWith = async (token: string): Promise<number> =>
  (await app.inject({ url: "/api/session", headers: cookieOf(token) })).statusCode;
const idOf = async (token: string): Promise<number> => {
  const { rows } = await pool.query<{ id: number }>(
    "select id from sessions where token_hash = sha256($1::text::bytea)",
    [token],
  );
  return rows[0]?.id ?? 0;
};
const tokenIn = ({ headers }: { headers: Record<string, unknown> }): string =>
  /^skuport-80=([\w-]{43});/.exec(String(headers["set-cookie"]))?.[1] ?? "";
const post = (url: string, token: string, payload: object, method: "POST" | "PUT" = "POST") =>
  app.inject({ method, url, headers: cookieOf(token), payload });

describe("a session", () => {
  test("(7.3.1) ends after 8 hours without a request, and a request extends it", async () => {
    const token = await createTestSession(pool, "Ada");
    await pool.query("update sessions set last_used_at = now() - interval '7 hours 59 minutes'");
    expect(await statusWith(token)).toBe(200);
    const { rows } = await pool.query<{ recent: boolean }>(
      "select last_used_at > now() - interval '1 minute' as recent from sessions",
    );
    expect(rows[0]?.recent).toBe(true);
    const idle = await createTestSession(pool, "Ada");
    await pool.query("update sessions set last_used_at = now() - interval '8 hours' where id = $1", [await idOf(idle)]);
    expect(await statusWith(idle)).toBe(401);
  });

  test("(7.3.2) ends 30 days after the sign-in, although it is used", async () => {
    const token = await createTestSession(pool, "Ada");
    await pool.query("update sessions set expires_at = expires_at - interval '30 days'");
    expect(await statusWith(token)).toBe(401);
  });

  test("(7.4.1) ends at sign-out, for all requests with its cookie", async () => {
    const token = await createTestSession(pool, "Ada");
    const response = await app.inject({ method: "DELETE", url: "/api/session", headers: cookieOf(token) });
    expect(response.statusCode).toBe(204);
    expect(response.headers["set-cookie"]).toMatch(/^skuport-80=; Path=\/; Max-Age=0; HttpOnly/);
    expect(response.headers["clear-site-data"]).toContain('"cache"');
    expect(await statusWith(token)).toBe(401);
  });

  test("(7.5.2) is listed to its user, who can end each one and all others", async () => {
    const own = await createTestSession(pool, "Ada");
    const [second, third] = [await createTestSession(pool, "Ada"), await createTestSession(pool, "Ada")];
    const foreign = await createTestSession(pool, "Bob");
    const { items } = (await app.inject({ url: "/api/account/sessions", headers: cookieOf(own) })).json<{
      items: { id: number; current: boolean; agent: string }[];
    }>();
    expect(items.map(({ id, current }) => [id, current])).toEqual(
      expect.arrayContaining([
        [await idOf(own), true],
        [await idOf(second), false],
        [await idOf(third), false],
      ]),
    );
    expect(items).toHaveLength(3);
    const end = (id: number | "") =>
      app.inject({
        method: "DELETE",
        url: `/api/account/sessions${id === "" ? "" : `/${String(id)}`}`,
        headers: cookieOf(own),
      });
    expect((await end(await idOf(foreign))).statusCode).toBe(404);
    expect((await end(await idOf(second))).statusCode).toBe(204);
    expect(await statusWith(second)).toBe(401);
    expect((await end("")).json()).toEqual({ ended: 1 });
    expect([await statusWith(own), await statusWith(third), await statusWith(foreign)]).toEqual([200, 401, 200]);
  });

  test("(7.2.4) continues with a new token after its user has confirmed the sign-in", async () => {
    const token = await createTestSession(pool, "Ada");
    await pool.query("update sessions set signed_in_at = now() - interval '1 day'");
    const response = await post("/api/session/confirm", token, { password: PASSWORD });
    expect(response.statusCode).toBe(200);
    expect(await statusWith(token)).toBe(401);
    expect(await statusWith(tokenIn(response))).toBe(200);
    const { rows } = await pool.query<{ recent: boolean }>(
      "select signed_in_at > now() - interval '1 minute' as recent from sessions",
    );
    expect(rows).toEqual([{ recent: true }]);
  });

  test("(7.2.2) is one of at most 50 of a user: another sign-in ends the one that was used least recently", async () => {
    const first = await createTestSession(pool, "Bob");
    for (let i = 0; i < 50; i++) await createTestSession(pool, "Bob");
    expect(await statusWith(first)).toBe(401);
    expect((await pool.query("select 1 from sessions")).rowCount).toBe(50);
  });
});

describe("(6.2.3) a change of the password", () => {
  const change = (token: string, body: object) => post("/api/account/password", token, body, "PUT");
  const NEW = "another unusual phrase";

  test("needs the present password", async () => {
    const token = await createTestSession(pool, "Ada");
    expect((await change(token, { new: NEW })).statusCode).toBe(401);
    expect((await change(token, { old: "wrong", new: NEW })).statusCode).toBe(401);
  });

  test("(7.4.3) ends all other sessions of the user, and the session continues with a new token", async () => {
    await createTestUser(pool, "Dora", "viewer", PASSWORD);
    const [own, other, foreign] = [
      await createTestSession(pool, "Dora"),
      await createTestSession(pool, "Dora"),
      await createTestSession(pool, "Bob"),
    ];
    const response = await change(own, { old: PASSWORD, new: NEW });
    expect(response.statusCode).toBe(204);
    const statuses = [own, other, foreign, tokenIn(response)].map(statusWith);
    expect(await Promise.all(statuses)).toEqual([401, 401, 200, 200]);
    const signIn = (password: string) =>
      app.inject({
        method: "POST",
        url: "/api/session",
        headers: { authorization: "" },
        payload: { user: "Dora", password },
      });
    expect([(await signIn(PASSWORD)).statusCode, (await signIn(NEW)).statusCode]).toEqual([401, 200]);
  });

  test.each([
    ["(6.2.1) of 7 characters", "a1!b2?c", "password-too-short"],
    ["(6.2.9) of 129 characters", "ab".repeat(64) + "c", "password-too-long"],
    ["(6.2.4) that is in the list of breached passwords", "password123", "password-breached"],
    ["(6.2.11) that is the name of the program", "skuport-2026", "password-of-name"],
  ])("refuses a password %s", async (_, password, reason) => {
    const token = await createTestSession(pool, "Ada");
    expect((await change(token, { old: PASSWORD, new: password })).json()).toMatchObject({
      type: "/problems/password-refused",
      status: 422,
      reason,
    });
  });

  test.each([
    ["(6.2.5) of letters only", "correcthorsebatterystaple"],
    ["(6.2.9) of 128 code points", "🔑é".repeat(64)],
    ["(6.2.8) with spaces at its ends", "  spaces matter here  "],
  ])("accepts a password %s, and compares all of it", async (_, password) => {
    await pool.query("delete from users where name = 'Eve'");
    await createTestUser(pool, "Eve", "viewer");
    const token = await createTestSession(pool, "Eve");
    expect((await change(token, { new: password })).statusCode).toBe(204);
    const signIn = async (given: string) =>
      (
        await app.inject({
          method: "POST",
          url: "/api/session",
          headers: { authorization: "" },
          payload: { user: "Eve", password: given },
        })
      ).statusCode;
    const shorter = Array.from(password).slice(0, -1).join("");
    expect([await signIn(password), await signIn(shorter), await signIn(password.trim() + "x")]).toEqual([
      200, 401, 401,
    ]);
    await pool.query("delete from sessions");
  });
});

describe("(7.4.3) a request whose session ends while it is running does not", () => {
  /** Sends the request while another transaction holds the user. That transaction ends the session, as a reset does. */
  async function duringReset(method: "POST" | "PUT", url: string, payload?: object): Promise<number> {
    const token = await createTestSession(pool, "Ada");
    const reset = await pool.connect();
    await reset.query("begin");
    await reset.query("select from users where name = 'Ada' for update");
    const running = app.inject({
      method,
      url,
      headers: cookieOf(token),
      ...(payload === undefined ? {} : { payload }),
    });
    await until(async () => {
      const { rowCount } = await pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return (rowCount ?? 0) > 0;
    });
    await reset.query("delete from sessions");
    await reset.query("commit");
    reset.release();
    return (await running).statusCode;
  }

  const stateOfAda = async (): Promise<unknown> => {
    const { rows } = await pool.query<Record<string, unknown>>(
      `select password_hash, recovery_hashes, (select count(*) from api_keys k where k.user_id = u.id) as keys
       from users u where name = 'Ada'`,
    );
    return rows;
  };

  test.each([
    ["replace the new password", "PUT", "/api/account/password", { old: PASSWORD, new: "a phrase of a thief" }],
    ["create an API key", "POST", "/api/keys", { name: "k", scopes: ["read"] }],
    ["create recovery codes", "POST", "/api/account/second-factor/recovery-codes", undefined],
  ] as const)("%s", async (_, method, url, payload) => {
    if (url.includes("second-factor")) await pool.query("update users set totp_secret = 'sealed' where name = 'Ada'");
    const before = await stateOfAda();
    expect(await duringReset(method, url, payload)).toBe(401);
    expect(await stateOfAda()).toEqual(before);
    await pool.query("update users set totp_secret = null");
  });
});

describe("(3.5.1) a request that may come from a page of another site is refused", () => {
  const SAME = { "sec-fetch-site": "same-origin" };
  const delete_ = (headers: Record<string, string>) =>
    app.inject({ method: "DELETE", url: "/api/account/sessions", headers: { host: "127.0.0.1:8000", ...headers } });

  test("if it has a cookie, but neither Origin nor Sec-Fetch-Site", async () => {
    const { cookie } = cookieOf(await createTestSession(pool, "Ada"));
    expect((await delete_({ cookie })).json()).toMatchObject({ type: "/problems/forbidden-host", status: 403 });
    expect((await delete_({ cookie, ...SAME })).statusCode).toBe(200);
    expect((await delete_({ cookie, origin: "http://127.0.0.1:8000" })).statusCode).toBe(200);
  });

  test.each([
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["another port", { "sec-fetch-site": "same-site" }],
    ["another origin", { origin: "http://127.0.0.1:9000" }],
    ["a sandboxed page", { origin: "null" }],
  ])("(3.5.1) if the browser reports %s", async (_, headers) => {
    const { cookie } = cookieOf(await createTestSession(pool, "Ada"));
    expect((await delete_({ cookie, ...headers })).statusCode).toBe(403);
  });

  test("(3.5.2) a form cannot sign a browser in, because the route accepts only JSON", async () => {
    for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]) {
      const { statusCode } = await app.inject({
        method: "POST",
        url: "/api/session",
        headers: { authorization: "", "content-type": type },
        payload: '{"user":"Ada","password":"x"}',
      });
      expect([400, 415], type).toContain(statusCode);
    }
  });

  test("(3.5.3) no GET request changes anything: a request with a cookie and without Origin can read", async () => {
    const { cookie } = cookieOf(await createTestSession(pool, "Ada"));
    expect((await app.inject({ url: "/api/products", headers: { cookie } })).statusCode).toBe(200);
  });

  test("a key needs neither header, because browsers do not add it on their own", async () => {
    expect(
      (await app.inject({ method: "POST", url: "/api/products", payload: { sku: "A", name: "A" } })).statusCode,
    ).toBe(201);
  });
});

describe("a change by another server", () => {
  test("(7.4.2) ends sessions at once, although this server has cached them", async () => {
    const other = await createTestApp(database);
    const token = await createTestSession(pool, "Bob");
    expect(await statusWith(token)).toBe(200);
    const { rows } = await pool.query<{ id: number }>("select id from users where name = 'Bob'");
    const url = `/api/users/${String(rows[0]?.id)}`;
    expect((await other.inject({ method: "PATCH", url, payload: { disabled: true } })).statusCode).toBe(200);
    await expect.poll(() => statusWith(token)).toBe(401);
    await other.inject({ method: "PATCH", url, payload: { disabled: false } });
    expect(await statusWith(token)).toBe(401);
  });
});

test("(8.3.1) the actor of a change is the user", async () => {
  const asAda = await signedInAs(app, pool, "Ada");
  await asAda("POST", "/api/products", { sku: "of-ada", name: "A" });
  const { items } = (await app.inject({ url: "/api/changesets" })).json<{ items: { actor: string }[] }>();
  expect(items[0]?.actor).toBe("Ada");
});
