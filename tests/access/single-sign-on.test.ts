// Tests the routes of single sign-on with a genuine identity provider (oidc-provider).
import { describe, expect, test } from "vitest";
import { createLink } from "../../src/identity/links/links.ts";
import { findUserByName } from "../../src/identity/users/store.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestSession, createTestUser } from "../support/identity/users.ts";
import { signInAt, startIdentityProvider } from "../support/single-sign-on/identity-provider.ts";

const HOST = "127.0.0.1:4000";
const database = await createTestDatabase();
const { pool } = database;
const provider = await startIdentityProvider(() => `http://${HOST}/api/single-sign-on/callback`);
const app = await createTestApp(database, {
  sign_in: { single_sign_on: provider.settings, password_sign_in: false },
});
const withPasswords = await createTestApp(database);
provider.person = { sub: "1", preferred_username: "Anna", groups: ["staff"] };

type Headers = Record<string, string>;

/** Opens a URL in a tab. */
const open = (url: string, headers: Headers = {}, server = app) =>
  server.inject({
    url,
    headers: { authorization: "", host: HOST, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", ...headers },
  });

/** Returns the cookies that a response sets, as name and value. */
const cookiesIn = ({ cookies }: { cookies: { name: string; value: string }[] }): Map<string, string> =>
  new Map(cookies.map(({ name, value }) => [name, value]));

const SIGN_ON = "skuport-80-sign-on";

/** Starts a sign-in and signs the person in at the provider.
 * @returns the path to which the provider redirects the browser, and the headers for it, with the cookie that the start has set */
async function start(next = "/"): Promise<{ path: string; headers: Headers }> {
  const started = await open(`/api/single-sign-on/start?next=${encodeURIComponent(next)}`);
  expect(started.statusCode).toBe(302);
  const answer = await signInAt(String(started.headers.location));
  expect(answer.host).toBe(HOST);
  const cookie = `${SIGN_ON}=${cookiesIn(started).get(SIGN_ON) ?? ""}`;
  return { path: answer.pathname + answer.search, headers: { cookie, "sec-fetch-site": "cross-site" } };
}

test("the page learns how users sign in", async () => {
  expect((await open("/api/sign-in-options")).json()).toEqual({ password: false, single_sign_on: "Test Login" });
});

test("(10.1.2) the cookie of the start is HttpOnly, and ends after ten minutes", async () => {
  const { headers } = await open("/api/single-sign-on/start");
  expect(headers["set-cookie"]).toMatch(/^skuport-80-sign-on=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
  expect(headers["cache-control"]).toBe("no-store");
});

test("(10.1.1) a sign-in sets the session cookie and opens the page; tokens of the provider stay on the server", async () => {
  const { path, headers } = await start("/imports?state=done");
  const finished = await open(path, headers);
  expect([finished.statusCode, finished.headers.location]).toEqual([302, "/imports?state=done"]);
  const cookies = cookiesIn(finished);
  expect([...cookies.keys()].sort()).toEqual(["skuport-80", SIGN_ON]);
  expect(cookies.get(SIGN_ON)).toBe("");
  const identity = await open("/api/session", cookieOf(cookies.get("skuport-80") ?? ""));
  expect(identity.json()).toMatchObject({
    user: "Anna",
    role: "editor",
    kind: "session",
    single_sign_on: true,
    has_password: false,
  });
});

test("(7.2.4) a sign-in replaces the session that the browser had", async () => {
  await createTestUser(pool, "Earlier", "viewer");
  const earlier = cookieOf(await createTestSession(pool, "Earlier"));
  const { path, headers } = await start();
  await open(path, { ...headers, cookie: `${headers["cookie"] ?? ""}; ${earlier.cookie}` });
  const { statusCode } = await app.inject({ url: "/api/session", headers: earlier });
  expect(statusCode).toBe(401);
});

test("(10.2.1) an answer that another browser brings leads to the sign-in page, without a session", async () => {
  const { path } = await start();
  const finished = await open(path);
  expect([finished.statusCode, finished.headers.location]).toEqual([302, "/sign-in?problem=single-sign-on-expired"]);
  expect(cookiesIn(finished).get("skuport-80")).toBeUndefined();
});

test("(3.7.2) the sign-in never leads to another site", async () => {
  for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"]) {
    const { path, headers } = await start(next);
    expect((await open(path, headers)).headers.location).toBe("/");
    const failed = await open(`/api/single-sign-on/callback?${new URLSearchParams({ state: "x", next }).toString()}`);
    expect(failed.headers.location).toBe("/sign-in?problem=single-sign-on-expired");
  }
});

test("(8.2.1) a person without a role returns to the sign-in page, which explains it", async () => {
  const { person } = provider;
  provider.person = { sub: "2", preferred_username: "Nora", groups: [] };
  const { path, headers } = await start("/imports");
  const finished = await open(path, headers);
  provider.person = person;
  expect(finished.headers.location).toBe("/sign-in?problem=no-role&next=%2Fimports");
  expect(cookiesIn(finished).get("skuport-80")).toBeUndefined();
});

test("(16.5.2) if the provider is down, the server starts, and the start leads to the sign-in page", async () => {
  const settings = { ...provider.settings, issuer: "http://127.0.0.1:9" };
  const server = await createTestApp(database, { sign_in: { single_sign_on: settings } });
  const started = await open("/api/single-sign-on/start?next=/imports", {}, server);
  expect([started.statusCode, started.headers.location]).toEqual([
    302,
    "/sign-in?problem=single-sign-on-unavailable&next=%2Fimports",
  ]);
  expect((await open("/api/sign-in-options", {}, server)).json()).toEqual({
    password: true,
    single_sign_on: "Test Login",
  });
});

test("without an identity provider, the routes are 404", async () => {
  for (const url of ["/api/single-sign-on/start", "/api/single-sign-on/callback?code=a&state=b"])
    expect((await open(url, {}, withPasswords)).statusCode).toBe(404);
});

test("(6.2.1) if passwords are switched off, a correct password does not sign in", async () => {
  await createTestUser(pool, "Berta", "editor", "an unusual pass phrase");
  const signIn = (server: typeof app) =>
    server.inject({
      method: "POST",
      url: "/api/session",
      headers: { authorization: "" },
      payload: { user: "Berta", password: "an unusual pass phrase" },
    });
  expect((await signIn(withPasswords)).statusCode).toBe(200);
  expect((await signIn(app)).json()).toMatchObject({ type: "/problems/not-permitted", status: 403 });
});

describe("(6.4.1) if passwords are switched off,", () => {
  const off = { type: "/problems/not-permitted", status: 403, reason: "passwords-off" };
  const post = (url: string, payload: object, headers: Headers = {}) =>
    app.inject({ method: "POST", url, payload, headers });

  test("no one is invited, and no link for a password is created", async () => {
    const id = await createTestUser(pool, "Carla", "viewer");
    expect((await post("/api/users", { name: "Dora", role: "viewer" })).json()).toMatchObject(off);
    expect((await post(`/api/users/${String(id)}/link`, {})).json()).toMatchObject(off);
    expect((await pool.query("select from users where name = 'Dora'")).rowCount).toBe(0);
    expect((await pool.query("select from one_time_links where user_id = $1", [id])).rowCount).toBe(0);
  });

  test("an earlier link for a password is refused, and stays unused; a link without a password signs in", async () => {
    const id = await createTestUser(pool, "Erna", "admin");
    const { token } = await createLink(pool, { kind: "invitation", user_id: id, created_by: "test" });
    const anonymous = { authorization: "" };
    const payload = { token, password: "an unusual pass phrase" };
    expect((await post("/api/links/look", { token }, anonymous)).json()).toMatchObject(off);
    expect((await post("/api/links/redeem", payload, anonymous)).json()).toMatchObject(off);
    expect((await findUserByName(pool, "Erna"))?.password_hash).toBeNull();
    const rescue = await createLink(pool, { kind: "first", user_id: id, created_by: "test" });
    expect((await post("/api/links/redeem", { token: rescue.token }, anonymous)).statusCode).toBe(200);
  });
});

test("(13.1.1) no header of a proxy identifies a user", async () => {
  const names = ["x-forwarded-user", "x-remote-user", "remote-user", "x-auth-request-user", "x-auth-request-email"];
  const claimed = Object.fromEntries(names.map((name) => [name, "admin"]));
  expect((await app.inject({ url: "/api/session", headers: { authorization: "", ...claimed } })).statusCode).toBe(401);
});
