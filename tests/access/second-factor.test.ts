// Tests the second factor through the API: setting it up, signing in with it, removing it.
// Long because every way to prove and to lose the second factor has its case here.
import { beforeEach, describe, expect, test } from "vitest";
import { createLink } from "../../src/identity/links/links.ts";
import { findUserByName } from "../../src/identity/users/store.ts";
import { totpCode, totpStepAt } from "../../src/identity/second-factor/totp.ts";
import { networkOf } from "../../src/http/network/network.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestSession, createTestUser, signedInAs } from "../support/identity/users.ts";
import { webhookContext } from "../support/webhook-app.ts";

const database = await createTestDatabase();
const { pool } = database;
const webhooks = webhookContext();
const app = await createTestApp(database, { webhooks });
const PASSWORD = "an unusual pass phrase";
let users = 0;

beforeEach(() => pool.query("delete from sign_in_failures"));

const newUser = async (role: "admin" | "viewer" = "viewer"): Promise<string> => {
  const name = `user ${users++}`;
  await createTestUser(pool, name, role, PASSWORD);
  return name;
};

/** Returns the code that the app shows `ahead` time steps after the current one. The server stores the step of the last code that it has
 * accepted, and refuses codes of this step and of earlier ones. Each sign-in of a test therefore uses a later step. */
function codeOf(secret: string, ahead: number): string {
  const bits = Array.from(secret)
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  return totpCode(key, totpStepAt(Date.now()) + ahead);
}

/** Sets up an app with its current code. Then removes the stored step of this code, so that the test can sign in with the same code. */
async function setUp(name: string): Promise<{ secret: string; recovery_codes: string[] }> {
  const ask = await signedInAs(app, pool, name);
  const { secret } = (await ask("POST", "/api/account/second-factor")).json<{ secret: string }>();
  const confirmed = await ask("PUT", "/api/account/second-factor", { code: codeOf(secret, 0) });
  expect(confirmed.statusCode).toBe(200);
  await forget();
  return { secret, ...confirmed.json<{ recovery_codes: string[] }>() };
}

const forget = () => pool.query("update users set totp_step = null");

const signIn = (user: string, code?: string, password = PASSWORD) =>
  app.inject({
    method: "POST",
    url: "/api/session",
    headers: { authorization: "" },
    payload: { user, password, ...(code === undefined ? {} : { code }) },
  });

const slugOf = (response: { json(): unknown }): string | undefined =>
  (response.json() as { type?: string }).type?.split("/").at(-1);

test("(6.3.1) wrong codes for a link count for the link, so that its holder cannot guess the code", async () => {
  const name = await newUser();
  const { secret } = await setUp(name);
  const { id = 0 } = (await findUserByName(pool, name)) ?? {};
  const { token } = await createLink(pool, { kind: "reset", user_id: id, created_by: "test" });
  let address = 0;
  const redeem = async (code: string): Promise<number> => {
    const headers = { authorization: "", "x-forwarded-for": `192.0.2.${String(address++)}` };
    const payload = { token, password: "another unusual pass phrase", code };
    return (await app.inject({ method: "POST", url: "/api/links/redeem", headers, payload })).statusCode;
  };
  const wrong = codeOf(secret, 1000);
  for (let i = 0; i < 10; i++) expect(await redeem(wrong)).toBe(401);
  expect(await redeem(codeOf(secret, 0))).toBe(429);
  // The wrong codes do not limit an ordinary sign-in of the user.
  expect((await signIn(name, codeOf(secret, 0))).statusCode).toBe(200);
});

test("(6.3.1) wrong codes for a new app count for the session", async () => {
  const ask = await signedInAs(app, pool, await newUser());
  const { secret } = (await ask("POST", "/api/account/second-factor")).json<{ secret: string }>();
  const confirm = async (ahead: number): Promise<number> =>
    (await ask("PUT", "/api/account/second-factor", { code: codeOf(secret, ahead) })).statusCode;
  for (let i = 0; i < 10; i++) expect(await confirm(1000)).toBe(401);
  expect(await confirm(0)).toBe(429);
});

describe("signing in", () => {
  test("(6.3.3) needs the password and a code", async () => {
    const name = await newUser();
    const { secret } = await setUp(name);
    expect(slugOf(await signIn(name))).toBe("code-required");
    expect(slugOf(await signIn(name, codeOf(secret, 9)))).toBe("sign-in-failed");
    expect(slugOf(await signIn(name, codeOf(secret, 0), "a wrong password"))).toBe("sign-in-failed");
    expect((await signIn(name, codeOf(secret, 0))).statusCode).toBe(200);
  });

  test("(6.3.3) with a wrong password, the response does not reveal that the user has a second factor", async () => {
    const name = await newUser();
    await setUp(name);
    expect(slugOf(await signIn(name, undefined, "a wrong password"))).toBe("sign-in-failed");
  });

  test("(6.5.1) accepts a code once", async () => {
    const name = await newUser();
    const { secret } = await setUp(name);
    const code = codeOf(secret, 0);
    expect((await signIn(name, code)).statusCode).toBe(200);
    expect(slugOf(await signIn(name, code))).toBe("sign-in-failed");
  });

  test("(6.5.1) of several servers that get one code at the same time, one accepts it", async () => {
    const other = await createTestApp(database, { webhooks });
    const name = await newUser();
    const { secret } = await setUp(name);
    const payload = { user: name, password: PASSWORD, code: codeOf(secret, 0) };
    const responses = await Promise.all(
      [app, other, app, other].map((server) =>
        server.inject({ method: "POST", url: "/api/session", headers: { authorization: "" }, payload }),
      ),
    );
    expect(responses.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  });

  test("(6.5.1) accepts each recovery code once, and the audit log records it", async () => {
    const name = await newUser();
    const { recovery_codes } = await setUp(name);
    const [code = ""] = recovery_codes;
    expect((await signIn(name, code.toUpperCase())).statusCode).toBe(200);
    expect(slugOf(await signIn(name, code))).toBe("sign-in-failed");
    const { rows } = await pool.query(
      "select action from audit_log where actor = $1 and action = 'recovery-code-used'",
      [name],
    );
    expect(rows).toHaveLength(1);
  });

  test("(6.3.1) counts wrong codes: after ten of them, a correct code is refused too", async () => {
    const name = await newUser();
    const { secret, recovery_codes } = await setUp(name);
    for (let i = 0; i < 10; i++) expect(slugOf(await signIn(name, codeOf(secret, 5 + i)))).toBe("sign-in-failed");
    const refused = await signIn(name, codeOf(secret, 0));
    expect([refused.statusCode, slugOf(refused)]).toEqual([429, "too-many-attempts"]);
    expect(slugOf(await signIn(name, recovery_codes[0]))).toBe("too-many-attempts");
  });

  test("(6.3.1) a request without a code is not a failure", async () => {
    const name = await newUser();
    const { secret } = await setUp(name);
    for (let i = 0; i < 12; i++) expect(slugOf(await signIn(name))).toBe("code-required");
    expect((await signIn(name, codeOf(secret, 0))).statusCode).toBe(200);
  });
});

describe("the account of the user", () => {
  test("(7.5.1) a new app needs a sign-in within 15 minutes", async () => {
    const name = await newUser();
    const ask = await signedInAs(app, pool, name);
    await pool.query("update sessions set signed_in_at = now() - interval '16 minutes'");
    expect(slugOf(await ask("POST", "/api/account/second-factor"))).toBe("recent-sign-in-required");
    expect((await ask("POST", "/api/session/confirm", { password: PASSWORD })).statusCode).toBe(200);
  });

  test("(11.3.2) the response with the secret is not stored, even if the request has an idempotency key", async () => {
    const headers = { ...cookieOf(await createTestSession(pool, await newUser())), "idempotency-key": "a key" };
    const response = await app.inject({ method: "POST", url: "/api/account/second-factor", headers });
    const { secret } = response.json<{ secret: string }>();
    expect(secret).toHaveLength(32);
    const { rows } = await pool.query("select * from idempotency_keys");
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test("a wrong code does not confirm a new app", async () => {
    const name = await newUser();
    const ask = await signedInAs(app, pool, name);
    expect(slugOf(await ask("PUT", "/api/account/second-factor", { code: "123456" }))).toBe("sign-in-failed");
    const { secret } = (await ask("POST", "/api/account/second-factor")).json<{ secret: string }>();
    expect(slugOf(await ask("PUT", "/api/account/second-factor", { code: codeOf(secret, 9) }))).toBe("sign-in-failed");
    expect((await ask("GET", "/api/session")).json()).toMatchObject({ has_second_factor: false });
  });

  test("(7.5.1) removing the app needs the password and a code; afterwards the password alone signs in", async () => {
    const name = await newUser();
    const { secret } = await setUp(name);
    const ask = await signedInAs(app, pool, name);
    const remove = (body: object) => ask("POST", "/api/account/second-factor/remove", body);
    expect(slugOf(await remove({ code: codeOf(secret, 0) }))).toBe("sign-in-failed");
    expect(slugOf(await remove({ password: PASSWORD, code: codeOf(secret, 9) }))).toBe("sign-in-failed");
    expect((await remove({ password: PASSWORD, code: codeOf(secret, 0) })).statusCode).toBe(204);
    expect((await signIn(name)).statusCode).toBe(200);
    expect(slugOf(await remove({ password: PASSWORD, code: "123456" }))).toBe("not-found");
  });

  test("(6.3.1) wrong codes of a session count for the session, not for the sign-in of the user", async () => {
    const name = await newUser();
    const { secret } = await setUp(name);
    const ask = await signedInAs(app, pool, name);
    const remove = (code: string) => ask("POST", "/api/account/second-factor/remove", { password: PASSWORD, code });
    for (let i = 0; i < 10; i++) expect(slugOf(await remove(codeOf(secret, 5 + i)))).toBe("sign-in-failed");
    expect(slugOf(await remove(codeOf(secret, 0)))).toBe("too-many-attempts");
    expect((await signIn(name, codeOf(secret, 0))).statusCode).toBe(200);
  });

  test("(16.3.1) the audit log records a recovery code that confirms a sign-in", async () => {
    const name = await newUser();
    const { recovery_codes } = await setUp(name);
    const ask = await signedInAs(app, pool, name);
    const body = { password: PASSWORD, code: recovery_codes[0] };
    expect((await ask("POST", "/api/session/confirm", body)).statusCode).toBe(200);
    const { rows } = await pool.query("select action from audit_log where actor = $1 order by id", [name]);
    expect(rows.map(({ action }: { action: string }) => action)).toContain("recovery-code-used");
  });

  test("(16.2.1) the audit log records setting up and removing, and no secret", async () => {
    const name = await newUser();
    const { secret, recovery_codes } = await setUp(name);
    const ask = await signedInAs(app, pool, name);
    await ask("POST", "/api/account/second-factor/remove", { password: PASSWORD, code: codeOf(secret, 0) });
    const { rows } = await pool.query<{ action: string }>("select * from audit_log where actor = $1 order by id", [
      name,
    ]);
    expect(rows.map(({ action }) => action)).toEqual(["second-factor-added", "second-factor-removed"]);
    for (const text of [secret, ...recovery_codes]) expect(JSON.stringify(rows)).not.toContain(text);
  });
});

describe("recovery codes", () => {
  const CODES = "/api/account/second-factor/recovery-codes";
  const stateOf = async (name: string): Promise<unknown> =>
    (await (await signedInAs(app, pool, name))("GET", "/api/account/second-factor")).json();

  test("are counted, and a used one is not left", async () => {
    const name = await newUser();
    expect(await stateOf(name)).toEqual({ active: false, recovery_codes_left: null });
    const { recovery_codes } = await setUp(name);
    expect(await stateOf(name)).toEqual({ active: true, recovery_codes_left: 10 });
    expect((await signIn(name, recovery_codes[4])).statusCode).toBe(200);
    expect(await stateOf(name)).toEqual({ active: true, recovery_codes_left: 9 });
  });

  test("(6.5.1) after a renewal, the earlier codes are refused and each new one signs in once", async () => {
    const name = await newUser();
    const earlier = await setUp(name);
    const ask = await signedInAs(app, pool, name);
    const response = await ask("POST", CODES);
    expect(response.headers["cache-control"]).toBe("no-store");
    const { recovery_codes } = response.json<{ recovery_codes: string[] }>();
    expect(await stateOf(name)).toEqual({ active: true, recovery_codes_left: 10 });
    for (const code of earlier.recovery_codes.slice(0, 3))
      expect(slugOf(await signIn(name, code))).toBe("sign-in-failed");
    expect((await signIn(name, recovery_codes[0])).statusCode).toBe(200);
    expect(slugOf(await signIn(name, recovery_codes[0]))).toBe("sign-in-failed");
    expect((await signIn(name, codeOf(earlier.secret, 0))).statusCode).toBe(200);
  });

  test("(7.5.1) are renewed within 15 minutes of a sign-in only, and not without an authenticator app", async () => {
    const name = await newUser();
    const { recovery_codes } = await setUp(name);
    const ask = await signedInAs(app, pool, name);
    await pool.query("update sessions set signed_in_at = now() - interval '16 minutes'");
    expect(slugOf(await ask("POST", CODES))).toBe("recent-sign-in-required");
    expect((await signIn(name, recovery_codes[0])).statusCode).toBe(200);
    const refused = await (await signedInAs(app, pool, await newUser()))("POST", CODES);
    expect([slugOf(refused), refused.json<{ reason?: string }>().reason]).toEqual(["not-found", "no-second-factor"]);
  });

  test("(16.2.1) the audit log records the renewal; neither it nor a stored response contains a code", async () => {
    const name = await newUser();
    await setUp(name);
    const headers = { ...cookieOf(await createTestSession(pool, name)), "idempotency-key": "renewal" };
    const response = await app.inject({ method: "POST", url: CODES, headers });
    const { recovery_codes } = response.json<{ recovery_codes: string[] }>();
    expect(recovery_codes).toHaveLength(10);
    const { rows } = await pool.query<{ action: string }>(
      "select * from audit_log where actor = $1 order by id desc limit 1",
      [name],
    );
    expect(rows).toMatchObject([{ action: "recovery-codes-renewed", subject: `user ${name}` }]);
    const { rows: stored } = await pool.query("select * from idempotency_keys");
    for (const code of recovery_codes) expect(JSON.stringify([rows, stored])).not.toContain(code);
  });
});

describe("a server that other computers can reach", async () => {
  const network = networkOf({ public_urls: ["https://shop.example"], trust_proxy: ["127.0.0.1"] });
  const open = await createTestApp(database, { webhooks, network });

  async function asAdmin(name: string, more: Record<string, string> = {}) {
    const headers = {
      cookie: `__Host-skuport=${await createTestSession(pool, name)}`,
      host: "shop.example",
      "x-forwarded-proto": "https",
      "sec-fetch-site": "same-origin",
      ...more,
    };
    return (method: "GET" | "POST" | "PUT", url: string, payload?: object) =>
      open.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  }

  test("(6.3.3) lets an administrator do nothing but set up an app, until it is set up", async () => {
    const ask = await asAdmin(await newUser("admin"));
    expect((await ask("GET", "/api/session")).json()).toMatchObject({ must_add_second_factor: true });
    expect(slugOf(await ask("GET", "/api/products"))).toBe("second-factor-required");
    expect(slugOf(await ask("GET", "/api/users"))).toBe("second-factor-required");
    expect((await ask("GET", "/products/list")).statusCode).toBe(200);
    const { secret } = (await ask("POST", "/api/account/second-factor")).json<{ secret: string }>();
    expect((await ask("PUT", "/api/account/second-factor", { code: codeOf(secret, 0) })).statusCode).toBe(200);
    expect((await ask("GET", "/api/products")).statusCode).toBe(200);
    expect((await ask("GET", "/api/session")).json()).toMatchObject({ must_add_second_factor: false });
  });

  test.each([
    ["/api/products", { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" }],
    ["/openapi.json", { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" }],
    ["/%61pi/products", {}],
    ["/%61pi/users", {}],
  ])("(6.3.3) without an app, no header and no spelling of %s opens it", async (url, more) => {
    const ask = await asAdmin(await newUser("admin"), more);
    const response = await ask("GET", url);
    expect([response.statusCode, slugOf(response)]).toEqual([403, "second-factor-required"]);
  });

  test("(6.3.3) an administrator with single sign-on and a password must set one up too", async () => {
    const name = await newUser("admin");
    await pool.query("update users set issuer = 'https://login.example', subject = name where name = $1", [name]);
    const ask = await asAdmin(name);
    expect(slugOf(await ask("GET", "/api/users"))).toBe("second-factor-required");
    await pool.query("update users set password_hash = null where name = $1", [name]);
    expect((await (await asAdmin(name))("GET", "/api/users")).statusCode).toBe(200);
  });

  test("other roles need none", async () => {
    const ask = await asAdmin(await newUser("viewer"));
    expect((await ask("GET", "/api/products")).statusCode).toBe(200);
  });
});
