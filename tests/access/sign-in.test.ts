// Tests sign-in, sessions and links through the API.
import { beforeEach, describe, expect, test } from "vitest";
import { createLink } from "../../src/identity/links/links.ts";
import { findUserByName } from "../../src/identity/users/store.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestSession, createTestUser } from "../support/identity/users.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const PASSWORD = "an unusual pass phrase";
await createTestUser(pool, "Ada", "editor", PASSWORD);

beforeEach(() => pool.query("delete from sign_in_failures; delete from sessions"));

const anonymous = { authorization: "" };

function signIn(body: object, headers: Record<string, string> = anonymous) {
  return app.inject({ method: "POST", url: "/api/session", headers, payload: body });
}

/** Returns the token in the cookie of a response. */
function tokenIn({ headers }: { headers: Record<string, unknown> }): string {
  return /^skuport-80=([\w-]{43});/.exec(String(headers["set-cookie"]))?.[1] ?? "";
}

const statusWith = async (token: string): Promise<number> =>
  (await app.inject({ url: "/api/session", headers: cookieOf(token) })).statusCode;

describe("signing in with a password", () => {
  test("sets an HttpOnly cookie, and the response does not contain its token", async () => {
    const response = await signIn({ user: "ada", password: PASSWORD });
    expect(response.statusCode).toBe(200);
    expect(response.headers["set-cookie"]).toMatch(
      /^skuport-80=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/,
    );
    expect(response.body).not.toContain(tokenIn(response));
    expect(response.json()).toMatchObject({ user: "Ada", actor: "Ada", role: "editor", kind: "session", scopes: null });
    expect(await statusWith(tokenIn(response))).toBe(200);
  });

  test("(7.2.4) replaces the session that the browser had", async () => {
    const earlier = await createTestSession(pool, "Ada");
    const response = await signIn({ user: "Ada", password: PASSWORD }, cookieOf(earlier));
    expect(response.statusCode).toBe(200);
    expect(tokenIn(response)).not.toBe(earlier);
    expect(await statusWith(earlier)).toBe(401);
  });

  test("(7.2.4) never uses a token that the client has chosen", async () => {
    const chosen = "A".repeat(43);
    const response = await signIn({ user: "Ada", password: PASSWORD }, cookieOf(chosen));
    expect(tokenIn(response)).not.toBe(chosen);
    expect(await statusWith(chosen)).toBe(401);
  });

  test("(6.3.8) gives a wrong password, an unknown name and a disabled user the same response", async () => {
    await createTestUser(pool, "Gone", "viewer", PASSWORD);
    await pool.query("update users set disabled_at = now() where name = 'Gone'");
    const responses = [
      await signIn({ user: "Ada", password: "wrong password" }),
      await signIn({ user: "nobody", password: PASSWORD }),
      await signIn({ user: "Gone", password: PASSWORD }),
      await signIn({ user: "admin", password: PASSWORD }),
    ];
    const documents = responses.map((response) => {
      const { instance: _, ...document } = response.json<Record<string, unknown>>();
      return document;
    });
    expect(documents[0]).toMatchObject({ type: "/problems/sign-in-failed", status: 401 });
    expect(new Set(documents.map((document) => JSON.stringify(document))).size).toBe(1);
    expect(responses.map(({ headers }) => headers["set-cookie"])).toEqual(documents.map(() => undefined));
  });
});

describe("a first link", () => {
  const newLink = async () => {
    const { id = 0 } = (await findUserByName(pool, "admin")) ?? {};
    return (await createLink(pool, { kind: "first", user_id: id, created_by: "test" })).token;
  };
  const redeem = (token: string) =>
    app.inject({ method: "POST", url: "/api/links/redeem", headers: anonymous, payload: { token } });

  test("signs in once", async () => {
    const token = await newLink();
    const response = await redeem(token);
    expect(response.json()).toMatchObject({ user: "admin", role: "admin", kind: "session" });
    expect(await statusWith(tokenIn(response))).toBe(200);
    expect((await redeem(token)).json()).toMatchObject({ type: "/problems/link-not-valid", status: 410 });
  });

  test("is valid for 10 minutes", async () => {
    const token = await newLink();
    await pool.query("update one_time_links set expires_at = expires_at - interval '10 minutes'");
    expect((await redeem(token)).statusCode).toBe(410);
  });
});

test("(2.2.1) a user name that the database cannot store is refused, and is no error of the server", async () => {
  for (const user of ["a\0b", "\ud800"]) {
    const payload = { user, password: "an unusual pass phrase" };
    const response = await app.inject({ method: "POST", url: "/api/session", headers: { authorization: "" }, payload });
    expect([response.statusCode, response.json<{ type: string }>().type]).toEqual([400, "/problems/invalid-request"]);
  }
});
