// `skuport users`, `skuport keys` and `skuport audit`, in processes of their own, with and without a server.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createHome, databaseUrl } from "../../../tests/support/commands/home.ts";
import { createTestKey, createTestUser } from "../../../tests/support/identity/users.ts";
import { startServerProcess } from "../../../tests/faults/support/processes.ts";
import type { UserRecord } from "../../../contract/identity/users.ts";
import { findUserByName } from "../../identity/users/store.ts";

const PASSWORD = "correct horse 7 battery";
const database = await createTestDatabase();
const { pool } = database;
const home = await createHome();
const env = { DATABASE_URL: databaseUrl(database.address) };
const dataDir = join(home.path, "data");
const server = await startServerProcess({ url: env.DATABASE_URL, data_dir: dataDir });
const run = (...args: string[]): ReturnType<typeof home.run> => home.run(args, { env });
const url = server.base_url;

const tokenIn = (text: string): string => /#link=([\w-]+)/.exec(text)?.[1] ?? "";
async function redeem(token: string, password?: string): Promise<Response> {
  return fetch(`${url}/api/links/redeem`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "" },
    body: JSON.stringify({ token, ...(password === undefined ? {} : { password }) }),
  });
}

test("a user is invited by a link, gets another role, and is disabled and enabled, with the key of the data folder", async () => {
  const invited = await run("users", "invite", "Erna", "--role", "editor");
  expect([invited.code, invited.err]).toEqual([0, ""]);
  expect(invited.out).toMatch(
    new RegExp(
      `^Invited Erna as editor\\. Send this link to Erna\\. It works once, until [\\d-]{10} [\\d:]{5} UTC:\\n\\n {2}${url}/sign-in#link=[\\w-]{43}\\n`,
    ),
  );
  expect((await redeem(tokenIn(invited.out), PASSWORD)).status).toBe(200);
  expect((await redeem(tokenIn(invited.out), PASSWORD)).status).toBe(410);
  expect((await run("users", "invite", "erna", "--role", "viewer")).code).toBe(1);

  expect((await run("users", "role", "erna", "importer")).out).toBe("Erna has the role importer now.\n");
  expect((await run("users", "disable", "Erna")).out).toContain("Erna is disabled");
  expect((await run("users", "list")).out).toMatch(/^Erna\timporter\tdisabled, signed in [\d-]{10}$/m);
  expect((await run("users", "enable", "Erna", "--json")).out).toContain('"disabled_at":null');
  const listed = (await run("users", "list", "--json")).out.trimEnd().split("\n");
  const users = listed.map((line) => JSON.parse(line) as UserRecord);
  expect(users.map(({ name, role }) => [name, role])).toEqual([
    ["admin", "admin"],
    ["Erna", "importer"],
  ]);
  const unknown = await run("users", "disable", "unknown");
  expect([unknown.code, unknown.err]).toEqual([
    1,
    'There is no user "unknown". `skuport users list` shows all users.\n',
  ]);
  expect((await run("users", "disable", "admin")).err).toContain("admin is the only enabled administrator");
});

test("`link` and `reset` print a link with which a user chooses a password; an earlier link becomes invalid", async () => {
  await createTestUser(pool, "Frida", "viewer", PASSWORD);
  const first = await run("users", "link", "Frida");
  expect(first.out).toContain("With this link, Frida chooses a password.");
  const second = await run("users", "reset", "Frida", "--json");
  const link = JSON.parse(second.out) as { url: string };
  expect(link.url.startsWith(`${url}/sign-in#link=`)).toBe(true);
  expect((await redeem(tokenIn(first.out), "another horse 8 battery")).status).toBe(410);
  expect((await redeem(tokenIn(second.out), "another horse 8 battery")).status).toBe(200);
});

test("(6.4.1) `rescue` prints a link that signs in an administrator without a password, and no other user", async () => {
  await createTestUser(pool, "Greta", "admin");
  const named = await run("users", "rescue", "greta");
  expect(named.out).toContain("This link signs in Greta without a password.");
  const response = await redeem(tokenIn(named.out));
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ user: "Greta", role: "admin" });
  const first = await run("users", "rescue");
  expect(await (await redeem(tokenIn(first.out))).json()).toMatchObject({ user: "admin" });
  const refused = await run("users", "rescue", "Erna");
  expect([refused.code, refused.out]).toEqual([1, ""]);
  expect(refused.err).toContain("Erna is not an enabled administrator");
  expect((await run("users", "rescue", "unknown")).err).toContain("to create an administrator with this name");
  expect((await run("users", "rescue", "--url", url)).code).toBe(2);
});

describe("(6.4.1) `rescue --make-admin`", () => {
  const userIn = async (text: string): Promise<unknown> => (await redeem(tokenIn(text))).json();
  const actionsFor = async (subject: string): Promise<string[]> => {
    const { rows } = await pool.query<{ action: string }>(
      "select action from audit_log where subject = $1 and actor = 'local' order by id",
      [`user ${subject}`],
    );
    return rows.map(({ action }) => action);
  };

  test("enables a user, who becomes an administrator", async () => {
    await createTestUser(pool, "Ida", "viewer");
    await pool.query("update users set disabled_at = now() where name = 'Ida'");
    const { out } = await run("users", "rescue", "ida", "--make-admin");
    expect(await userIn(out)).toMatchObject({ user: "Ida", role: "admin" });
    expect(await actionsFor("Ida")).toEqual(["role-changed", "user-enabled", "link-created"]);
  });

  test("creates a user that does not exist", async () => {
    const { out } = await run("users", "rescue", "Jutta", "--make-admin");
    expect(await userIn(out)).toMatchObject({ user: "Jutta", role: "admin" });
    expect(await actionsFor("Jutta")).toEqual(["user-created", "link-created"]);
    expect((await run("users", "rescue", " ", "--make-admin")).code).toBe(2);
  });

  test("is named if no administrator is enabled, and by default concerns the first user", async () => {
    await pool.query("update users set disabled_at = now()");
    const refused = await run("users", "rescue");
    expect([refused.code, refused.out]).toEqual([1, ""]);
    expect(refused.err).toContain("No administrator is enabled.");
    expect(refused.err).toContain("`skuport users rescue NAME --make-admin`");
    const { out } = await run("users", "rescue", "--make-admin");
    expect(await userIn(out)).toMatchObject({ user: "admin", role: "admin" });
    await pool.query("update users set disabled_at = null");
  });
});

test("if passwords are switched off, `reset` names `rescue` instead", async () => {
  const sso = {
    SKUPORT_PASSWORD_SIGN_IN: "false",
    SKUPORT_OIDC_ISSUER: "https://login.example",
    SKUPORT_OIDC_CLIENT_ID: "skuport",
    SKUPORT_OIDC_CLIENT_SECRET: "secret",
    SKUPORT_OIDC_ROLE_CLAIM: "groups",
    SKUPORT_OIDC_ROLES: "staff=viewer",
  };
  const { code, err } = await home.run(["users", "reset", "Erna"], { env: { ...env, ...sso } });
  expect([code, err]).toEqual([1, expect.stringContaining("`skuport users rescue` prints a link")]);
});

test("an API key is created, listed and revoked with the key of the data folder", async () => {
  const created = await run("keys", "create", "shop", "--scopes", "read,import", "--days", "7");
  expect(created.code).toBe(0);
  expect(created.out).toMatch(/^sku_[\w-]{43}\n$/);
  const key = created.out.trim();
  expect(created.err).not.toContain(key);
  const { out } = await run("keys", "list");
  const id = /^(\d+)\tshop\tadmin\tsku_/m.exec(out)?.[1] ?? "";
  expect(out).not.toContain(key);
  const withKey = (): ReturnType<typeof home.run> =>
    home.run(["health", "--url", url], { env: { SKUPORT_API_KEY: key } });
  expect((await withKey()).err).toBe("");
  expect((await run("keys", "revoke", id)).out).toBe(`Revoked the API key ${id}.\n`);
  expect((await withKey()).err).toContain("does not accept the API key in SKUPORT_API_KEY");
  expect((await run("keys", "list")).out).toMatch(/, read, import, revoked [\d-]{10}, used [\d-]{10}$/m);
  expect((await run("keys", "list", "--json")).out).toContain('"valid":false');
});

test("(8.2.1) an API key cannot manage users and keys: the command asks for a password instead", async () => {
  await createTestUser(pool, "Hanna", "admin", PASSWORD);
  const key = await createTestKey(pool, "Hanna");
  const other = await createHome();
  const asKey = { SKUPORT_API_KEY: key };
  const refused = await other.run(["users", "list", "--url", url], { env: asKey });
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("An API key is not sufficient for this command.");
  const input = `Hanna\n${PASSWORD}\n`;
  const listed = await other.run(["users", "list", "--url", url], { env: asKey, input });
  expect([listed.code, listed.out]).toEqual([0, expect.stringContaining("Hanna\tadmin")]);
  const created = await other.run(["keys", "create", "x", "--scopes", "read", "--url", url], { input });
  expect(created.out).toMatch(/^sku_/);
  const { rowCount } = await pool.query(
    "select from sessions s join users u on u.id = s.user_id where u.name = 'Hanna'",
  );
  expect(rowCount).toBe(0);
});

test("(16.2.1) `audit` shows who did what, filtered, and contains no secret", async () => {
  const all = await run("audit");
  expect(all.code).toBe(0);
  expect(all.out).toMatch(/\tuser-created\tlocal\tuser Erna\t127\.0\.0\.1\trole: editor\n/);
  const created = await run("audit", "--action", "key-created", "--json");
  const entries = created.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { action: string });
  expect(new Set(entries.map(({ action }) => action))).toEqual(new Set(["key-created"]));
  expect((await run("audit", "--actor", "Hanna", "--limit", "1")).out.trimEnd().split("\n")).toHaveLength(1);
  expect((await run("audit", "--since", "2999-01-01")).out).toBe("");
  for (const secret of [/sku_[\w-]{20}/, /[\w-]{43}/, new RegExp(PASSWORD)]) expect(all.out).not.toMatch(secret);
});

test.each([
  ["users"],
  ["users", "explode"],
  ["users", "invite", "x"],
  ["users", "invite", "x", "--role", "owner"],
  ["users", "role", "x"],
  ["users", "role", "x", "owner"],
  ["users", "list", "x"],
  ["users", "rescue", "a", "b"],
  ["keys", "create", "x"],
  ["keys", "create", "x", "--scopes", "all"],
  ["keys", "create", "x", "--scopes", "read", "--days", "366"],
  ["keys", "revoke", "x"],
  ["audit", "--action", "x"],
  ["audit", "--since", "x"],
  ["audit", "--limit", "0"],
])("the invalid arguments %j exit with 2 and an explanation", async (...args) => {
  const { code, out, err } = await run(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain("See skuport");
});

test("the key of the data folder appears neither in the log nor in the arguments of the server, and ends with the server", async () => {
  const key = (await readFile(join(dataDir, "local.key"), "utf8")).trim();
  expect(server.output()).not.toContain(key);
  expect(server.output()).not.toContain(key.slice(-20));
  expect(await readFile(`/proc/${String(server.pid)}/cmdline`, "utf8").catch(() => "")).not.toContain(key);
  const elsewhere = { SKUPORT_API_KEY: key };
  expect((await home.run(["users", "list"], { env: { ...env, ...elsewhere } })).code).toBe(0);
  await server.stop();
  const { rowCount } = await pool.query("select from api_keys where local_folder is not null");
  expect(rowCount).toBe(0);
});

test("without a server, `reset` and `rescue` use the database; the other subcommands name the reason", async () => {
  const rescued = await run("users", "rescue", "admin");
  expect(rescued.code).toBe(0);
  expect(rescued.out).toMatch(/http:\/\/127\.0\.0\.1:\d+\/sign-in#link=/);
  expect(rescued.err).toContain("No server is running on this data folder.");
  const reset = await run("users", "reset", "Erna", "--remove-second-factor");
  expect(reset.out).toContain("Erna chooses a password");
  const { rows } = await pool.query(
    "select kind, removes_second_factor from one_time_links where used_at is null order by id desc limit 2",
  );
  expect(rows).toEqual([
    { kind: "reset", removes_second_factor: true },
    { kind: "first", removes_second_factor: false },
  ]);
  expect((await findUserByName(pool, "Erna"))?.role).toBe("importer");
  const list = await run("users", "list");
  expect([list.code, list.err.split("\n")[0]?.startsWith("No server is running on the data folder.")]).toEqual([
    2,
    true,
  ]);
});
