// Tests users, invitations and reset links.
import { beforeEach, describe, expect, test } from "vitest";
import { createLink } from "../../src/identity/links/links.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { cookieOf, createTestKey, createTestSession, createTestUser } from "../support/identity/users.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const PASSWORD = "an unusual pass phrase";

beforeEach(() =>
  pool.query(
    "delete from sign_in_failures; delete from sessions; delete from one_time_links; delete from api_keys where local_folder is null; delete from users where name <> 'admin'; update users set role = 'admin', disabled_at = null",
  ),
);

type Method = "GET" | "POST" | "PATCH" | "DELETE";
const ask = (method: Method, url: string, payload?: object) =>
  app.inject({ method, url, ...(payload === undefined ? {} : { payload }) });
const anonymously = (url: string, payload: object) =>
  app.inject({ method: "POST", url, headers: { authorization: "" }, payload });

interface Invited {
  user: { id: number; name: string; invited: boolean };
  link: { url: string };
}
const invite = async (name: string, role = "viewer"): Promise<Invited & { token: string }> => {
  const response = await ask("POST", "/api/users", { name, role });
  expect(response.statusCode).toBe(201);
  const invited = response.json<Invited>();
  return { ...invited, token: tokenOf(invited.link.url) };
};
const tokenOf = (url: string): string => /^http:\/\/localhost:80\/sign-in#link=([\w-]{43})$/.exec(url)?.[1] ?? "";
const redeem = (token: string, password?: string) =>
  anonymously("/api/links/redeem", { token, ...(password === undefined ? {} : { password }) });
const linkOf = async (id: number, body = {}): Promise<string> =>
  tokenOf((await ask("POST", `/api/users/${String(id)}/link`, body)).json<{ url: string }>().url);

/** Whether a transaction waits for another one. */
async function somethingWaits(): Promise<boolean> {
  const { rows } = await pool.query<{ waits: boolean }>(
    "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits",
  );
  return rows[0]?.waits === true;
}

describe("an invitation", () => {
  test("lets the user choose a password and signs in, once", async () => {
    const { token, user } = await invite("Ada", "editor");
    expect(user).toMatchObject({ name: "Ada", invited: true });
    expect((await anonymously("/api/links/look", { token })).json()).toMatchObject({
      kind: "invitation",
      user: "Ada",
      needs_password: true,
    });
    expect((await redeem(token)).json()).toMatchObject({ type: "/problems/password-refused" });
    expect((await redeem(token, "short")).json()).toMatchObject({ reason: "password-too-short" });
    expect((await redeem(token, PASSWORD)).json()).toMatchObject({ user: "Ada", role: "editor", has_password: true });
    expect((await redeem(token, PASSWORD)).json()).toMatchObject({ type: "/problems/link-not-valid", status: 410 });
    expect((await anonymously("/api/session", { user: "ADA", password: PASSWORD })).statusCode).toBe(200);
  });

  test("(6.4.1) expires after 3 days, and a reset link after a day", async () => {
    const { user } = await invite("Ada");
    const minutes = async (): Promise<number[]> =>
      (
        await pool.query<{ minutes: number }>(
          "select round(extract(epoch from expires_at - created_at) / 60)::int as minutes from one_time_links where used_at is null",
        )
      ).rows.map((row) => row.minutes);
    expect(await minutes()).toEqual([3 * 24 * 60]);
    await redeem(await linkOf(user.id), PASSWORD);
    const token = await linkOf(user.id);
    expect(await minutes()).toEqual([24 * 60]);
    await pool.query("update one_time_links set expires_at = now()");
    expect((await redeem(token, "another unusual phrase")).statusCode).toBe(410);
  });

  test("becomes invalid when a newer link is created, or the user is disabled", async () => {
    const { user, token } = await invite("Ada");
    const newer = await linkOf(user.id);
    expect((await redeem(token, PASSWORD)).statusCode).toBe(410);
    await ask("PATCH", `/api/users/${String(user.id)}`, { disabled: true });
    expect((await redeem(newer, PASSWORD)).statusCode).toBe(410);
    expect((await ask("POST", `/api/users/${String(user.id)}/link`, {})).json()).toMatchObject({
      type: "/problems/user-disabled",
    });
    await ask("PATCH", `/api/users/${String(user.id)}`, { disabled: false });
    expect((await redeem(newer, PASSWORD)).statusCode).toBe(410);
  });

  test("can be used by one of many requests at the same time", async () => {
    const { token } = await invite("Ada");
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => redeem(token, PASSWORD)))).map(
      ({ statusCode }) => statusCode,
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await pool.query("select 1 from sessions")).rowCount).toBe(1);
  });
});

test.each(["local", " Local", "ｌｏｃａｌ", "single sign-on", "unknown user", "lo\u200bcal", "Ada\u202e", "Ada\nBob"])(
  "(16.2.1) no user gets the name %j, with which the user could pass for someone else in the audit log",
  async (name) => {
    const response = await ask("POST", "/api/users", { name, role: "viewer" });
    expect(response.json()).toMatchObject({ type: "/problems/invalid-request", status: 400 });
  },
);

test("of two links that are created at the same time, only one is valid", async () => {
  const { user } = await invite("Ada");
  const other = await pool.connect();
  await other.query("begin");
  const { token } = await createLink(other, { kind: "invitation", user_id: user.id, created_by: "test" });
  const second = linkOf(user.id);
  await Promise.race([second, until(somethingWaits)]);
  await other.query("commit");
  other.release();
  expect((await redeem(token, PASSWORD)).statusCode).toBe(410);
  expect((await redeem(await second, PASSWORD)).statusCode).toBe(200);
});

describe("(7.4.2) an administrator who is disabled while a request is running cannot", () => {
  const stateOf = async () =>
    (await pool.query("select name, role, disabled_at is null as enabled from users order by id")).rows as unknown;

  test.each<[string, Method, (id: number) => string, object]>([
    ["undo that", "PATCH", (id) => `/api/users/${String(id)}`, { disabled: false }],
    ["create another administrator", "POST", () => "/api/users", { name: "Eve", role: "admin" }],
    ["create a link for themselves", "POST", (id) => `/api/users/${String(id)}/link`, {}],
  ])("%s", async (_, method, urlOf, payload) => {
    const id = await createTestUser(pool, "Mallory", "admin", PASSWORD);
    const headers = cookieOf(await createTestSession(pool, "Mallory"));
    const other = await pool.connect();
    await other.query("begin");
    await other.query("select from users for update");
    await other.query("update users set disabled_at = now() where id = $1", [id]);
    await other.query("delete from sessions");
    const disabled = [
      { name: "admin", role: "admin", enabled: true },
      { name: "Mallory", role: "admin", enabled: false },
    ];
    const running = app.inject({ method, url: urlOf(id), headers, payload });
    await Promise.race([running, until(somethingWaits)]);
    await other.query("commit");
    other.release();
    expect((await running).statusCode).toBe(401);
    expect(await stateOf()).toEqual(disabled);
  });
});

test("(6.4.3) a reset link replaces the password and ends all sessions, also if they use the old password", async () => {
  const id = await createTestUser(pool, "Ada", "viewer", PASSWORD);
  const session = await createTestSession(pool, "Ada");
  const token = await linkOf(id);
  expect((await anonymously("/api/session", { user: "Ada", password: PASSWORD })).statusCode).toBe(200);
  expect((await redeem(token, "another unusual phrase")).statusCode).toBe(200);
  expect((await anonymously("/api/session", { user: "Ada", password: PASSWORD })).statusCode).toBe(401);
  expect((await app.inject({ url: "/api/session", headers: cookieOf(session) })).statusCode).toBe(401);
  expect((await pool.query("select 1 from sessions")).rowCount).toBe(1);
});

describe("a user", () => {
  test("has a name that differs from all others in more than case", async () => {
    await invite("Ada");
    for (const name of ["ada", "ADA", " Ada ", "Ａｄａ"])
      expect((await ask("POST", "/api/users", { name, role: "viewer" })).json(), name).toMatchObject({
        type: "/problems/user-exists",
        status: 409,
      });
  });

  test("is listed by name, page by page, with sessions and keys", async () => {
    for (const name of ["Cleo", "ada", "Bob"]) await invite(name);
    await createTestSession(pool, "Bob");
    await createTestKey(pool, "Bob");
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = (await ask("GET", `/api/users?limit=2${query}`)).json<{
        items: { name: string; sessions: number; keys: number }[];
        next_cursor: string | null;
      }>();
      for (const { name, sessions, keys } of page.items) names.push(`${name} ${String(sessions)} ${String(keys)}`);
      cursor = page.next_cursor;
    }
    expect(names).toEqual(["ada 0 0", "admin 0 0", "Bob 1 1", "Cleo 0 0"]);
  });
});

describe("the last administrator", () => {
  const idOf = async (name: string): Promise<number> =>
    (await pool.query<{ id: number }>("select id from users where name = $1", [name])).rows[0]?.id ?? 0;

  test("can be neither disabled nor demoted", async () => {
    const url = `/api/users/${String(await idOf("admin"))}`;
    for (const change of [{ disabled: true }, { role: "editor" }])
      expect((await ask("PATCH", url, change)).json()).toMatchObject({
        type: "/problems/last-administrator",
        status: 409,
      });
    await createTestUser(pool, "Ada", "admin");
    expect((await ask("PATCH", url, { role: "editor" })).statusCode).toBe(200);
  });

  test("stays, even if two requests demote two administrators at the same time", async () => {
    const ids = [await idOf("admin"), await createTestUser(pool, "Ada", "admin")];
    const answers = await Promise.all(ids.map((id) => ask("PATCH", `/api/users/${String(id)}`, { role: "viewer" })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  });

  test("the key of the data folder works whatever happens to its owner", async () => {
    await createTestUser(pool, "Ada", "admin");
    await ask("PATCH", `/api/users/${String(await idOf("admin"))}`, { disabled: true });
    expect((await ask("GET", "/api/session")).json()).toMatchObject({ actor: "local", role: "admin", kind: "local" });
  });
});

test("the key of the data folder cannot use operations that need a session", async () => {
  for (const [method, url] of [
    ["GET", "/api/account/sessions"],
    ["DELETE", "/api/session"],
    ["POST", "/api/session/confirm"],
  ] as const)
    expect((await ask(method, url, method === "POST" ? {} : undefined)).statusCode, url).toBe(403);
});
