// `skuport login` and `skuport logout`, in processes of their own, against a server on a test database.
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createHome, type Home } from "../../../tests/support/commands/home.ts";
import { createTestKey, createTestUser } from "../../../tests/support/identity/users.ts";
import { until } from "../../../tests/support/until.ts";
import { pathOfStoredKey } from "../server/stored-keys.ts";

const PASSWORD = "correct horse 7 battery";
const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const url = await app.listen({ host: "127.0.0.1", port: 0 });
await createTestUser(pool, "anna", "editor", PASSWORD);
await createTestUser(pool, "ben", "viewer", PASSWORD);

const fileIn = ({ path }: Home, server = url): string => pathOfStoredKey({ env: { HOME: path } }, server);
interface Stored {
  key: string;
  user: string | null;
  id: number | null;
}
const storedIn = async (home: Home, server = url): Promise<Stored> =>
  JSON.parse(await readFile(fileIn(home, server), "utf8")) as Stored;
const keysOf = async (user: string): Promise<{ name: string; scopes: string[]; revoked: boolean }[]> =>
  (
    await pool.query<{ name: string; scopes: string[]; revoked: boolean }>(
      `select k.name, k.scopes, k.revoked_at is not null as revoked
       from api_keys k join users u on u.id = k.user_id where u.name = $1 and k.local_folder is null order by k.id`,
      [user],
    )
  ).rows;
const sessions = async (): Promise<number> => (await pool.query("select from sessions")).rowCount ?? 0;
const signIn = (home: Home, user = "anna"): ReturnType<Home["run"]> =>
  home.run(["login", "--url", url], { input: `${user}\n${PASSWORD}\n` });

test("a login stores a key with the scopes of the role, for its owner only, and ends the session", async () => {
  const home = await createHome();
  const { code, out, err } = await signIn(home);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(
    new RegExp(
      `^Signed in to ${url} as anna\\. The API key is stored in ${fileIn(home)} and expires on [\\d-]{10}\\.\\n$`,
    ),
  );
  const { key, user } = await storedIn(home);
  expect(user).toBe("anna");
  expect(out).not.toContain(key);
  expect((await stat(fileIn(home))).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(fileIn(home)))).mode & 0o777).toBe(0o700);
  const [stored] = await keysOf("anna");
  expect(stored).toMatchObject({ scopes: ["read", "edit"], revoked: false });
  expect(stored?.name).toMatch(/^skuport login on ./);
  expect(await readFile(fileIn(home), "utf8")).not.toContain(PASSWORD);
  expect(await sessions()).toBe(0);
  expect((await home.run(["health", "--url", url])).out).toContain(url);
});

test("another login replaces the key, and a logout revokes it and deletes it", async () => {
  const home = await createHome();
  await signIn(home, "ben");
  const first = await storedIn(home);
  await signIn(home, "ben");
  const second = await storedIn(home);
  expect(second.key).not.toBe(first.key);
  expect((await keysOf("ben")).map(({ revoked }) => revoked)).toEqual([true, false]);
  const refused = await home.run(["health", "--url", url], { env: { SKUPORT_API_KEY: first.key } });
  expect(refused.err).toContain("does not accept the API key in SKUPORT_API_KEY");

  const { code, out } = await home.run(["logout"]);
  expect([code, out]).toEqual([0, `Signed out of ${url}. The API key was revoked and deleted.\n`]);
  expect((await keysOf("ben")).map(({ revoked }) => revoked)).toEqual([true, true]);
  expect(existsSync(fileIn(home))).toBe(false);
  expect((await home.run(["health", "--url", url])).err).toContain("requires a sign-in");
  expect(await home.run(["logout", "--url", url])).toMatchObject({
    code: 1,
    err: `No API key is stored for ${url}.\n`,
  });
});

test("a key that is not valid any more is deleted by a logout; --forget does not revoke a key", async () => {
  const home = await createHome();
  await signIn(home, "ben");
  await pool.query("update api_keys set revoked_at = now() where revoked_at is null and local_folder is null");
  // The server may still know the key for a few seconds.
  await until(async () => (await home.run(["health", "--url", url])).code === 1);
  expect((await home.run(["logout"])).out).toBe(`The API key for ${url} was deleted from this computer.\n`);
  await signIn(home, "ben");
  expect((await home.run(["logout", "--forget"])).code).toBe(0);
  expect((await keysOf("ben")).at(-1)).toMatchObject({ revoked: false });
});

test("a logout from a server that does not respond keeps the key", async () => {
  const home = await createHome();
  const server = "http://127.0.0.1:9";
  await mkdir(dirname(fileIn(home, server)), { recursive: true });
  const key = `sku_${"k".repeat(43)}`;
  await writeFile(fileIn(home, server), JSON.stringify({ url: server, key, user: "anna", id: 1 }), { mode: 0o600 });
  const { code, err } = await home.run(["logout"]);
  expect(code).toBe(1);
  expect(err).toContain("The API key was not revoked and stays stored.");
  expect(await readFile(fileIn(home, server), "utf8")).toContain(key);
});

test("a wrong password stores nothing and creates no key", async () => {
  const home = await createHome();
  const before = (await keysOf("anna")).length;
  const { code, out, err } = await home.run(["login", "--url", url], { input: "anna\nwrong password\n" });
  expect([code, out]).toEqual([1, ""]);
  expect(err).not.toContain("wrong password");
  expect(existsSync(fileIn(home))).toBe(false);
  expect(await keysOf("anna")).toHaveLength(before);
  const silent = await home.run(["login", "--url", url], { input: "anna\n" });
  expect([silent.code, silent.err]).toEqual([1, 'Standard input ended before the answer to "Password".\n']);
});

test("a file of keys that other users can read is refused before a key is created", async () => {
  const home = await createHome();
  await signIn(home);
  const before = (await keysOf("anna")).length;
  await chmod(fileIn(home), 0o644);
  const { code, err } = await signIn(home);
  expect(code).toBe(1);
  expect(err).toContain(`Run: chmod 600 ${fileIn(home)}`);
  expect(await keysOf("anna")).toHaveLength(before);
});

test("a key that cannot be stored is revoked", async () => {
  const home = await createHome();
  const before = await keysOf("anna");
  await mkdir(join(home.path, ".config"));
  await symlink(join(home.path, "missing/folder"), join(home.path, ".config/skuport"));
  const { code, err } = await signIn(home);
  expect(code).toBe(1);
  expect(err).toContain(`${fileIn(home)} cannot be written`);
  expect((await keysOf("anna")).slice(before.length)).toMatchObject([{ revoked: true }]);
});

test("--with-key stores a key that the server accepts, and no other text", async () => {
  const home = await createHome();
  const key = await createTestKey(pool, "anna");
  const { code, out } = await home.run(["login", "--with-key", "--url", url], { input: `${key}\n` });
  expect([code, out]).toEqual([0, `The API key of anna for ${url} is stored in ${fileIn(home)}.\n`]);
  expect(await storedIn(home)).toEqual({ url, key, user: "anna", id: null });
  const importer = await createTestKey(pool, "anna", { scopes: ["edit"] });
  expect((await home.run(["login", "--with-key", "--url", url], { input: importer })).code).toBe(0);
  expect((await storedIn(home)).key).toBe(importer);
  for (const wrong of [`sku_${"x".repeat(43)}`, "secret text"]) {
    const refused = await home.run(["login", "--with-key", "--url", url], { input: `${wrong}\n` });
    expect(refused.code).toBe(1);
    expect(refused.err).not.toContain(wrong);
  }
  expect((await storedIn(home)).key).toBe(importer);
});

test("logins to several servers at the same time store all keys, and a logout asks which one to delete", async () => {
  const home = await createHome();
  const second = await createTestApp(database);
  const other = await second.listen({ host: "127.0.0.1", port: 0 });
  const input = `anna\n${PASSWORD}\n`;
  const logins = await Promise.all([url, other].map((server) => home.run(["login", "--url", server], { input })));
  expect(logins.map(({ code }) => code)).toEqual([0, 0]);
  expect((await storedIn(home)).key).not.toBe((await storedIn(home, other)).key);
  const { code, err } = await home.run(["logout"]);
  expect([code, err.split("\n")[0]]).toEqual([
    2,
    `API keys of several servers are stored. Give one with --url: ${[url, other].sort().join(", ")}`,
  ]);
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s ends a login that waits for standard input", async (signal) => {
  const home = await createHome();
  const server = await createTestApp(database);
  let child: ChildProcess | undefined;
  // The command asks this before it reads the user name.
  server.addHook("onResponse", (request, _reply, done) => {
    if (request.url === "/api/sign-in-options") child?.kill(signal);
    done();
  });
  const own = await server.listen({ host: "127.0.0.1", port: 0 });
  const onStart = (started: ChildProcess): void => void (child = started);
  const { code, out, err } = await home.run(["login", "--url", own], { onStart });
  expect([code, out, err]).toEqual([1, "", "Cancelled.\n"]);
});

test("an endless answer is refused", async () => {
  const home = await createHome();
  const { code, err } = await home.run(["login", "--url", url], { input: "x".repeat(100_000) });
  expect([code, err]).toEqual([1, 'The answer to "User" is longer than 10000 bytes.\n']);
});

test("expired keys and keys of disabled users are refused with the remedy", async () => {
  const home = await createHome();
  await createTestUser(pool, "carl", "viewer", PASSWORD);
  const expired = await createTestKey(pool, "anna", { days: -1 });
  const disabled = await createTestKey(pool, "carl");
  await pool.query("update users set disabled_at = now() where name = 'carl'");
  for (const key of [expired, disabled]) {
    const { code, err } = await home.run(["health", "--url", url], { env: { SKUPORT_API_KEY: key } });
    expect(code).toBe(1);
    expect(err).toContain("The key is wrong, has expired or was revoked. Set SKUPORT_API_KEY to a valid key");
  }
});

test("no password is sent without encryption to another computer", async () => {
  const home = await createHome();
  const { code, err } = await home.run(["login", "--url", "http://shop.example"], { input: `anna\n${PASSWORD}\n` });
  expect(code).toBe(1);
  expect(err).toContain("The password is not sent to http://shop.example");
});

test.runIf(existsSync("/usr/bin/script"))("at a terminal, the password is not shown, and Ctrl-C cancels", async () => {
  const home = await createHome();
  const terminal = home.runAtTerminal(["login", "--url", url]);
  await until(() => terminal.screen().includes("User: "));
  terminal.type("anna");
  await until(() => terminal.screen().includes("Password: "));
  terminal.type(PASSWORD);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toContain("Signed in to");
  expect(terminal.screen()).toContain("anna");
  expect(terminal.screen()).not.toContain(PASSWORD);
  expect(terminal.screen()).not.toContain("horse");

  const cancelled = home.runAtTerminal(["login", "--url", url]);
  await until(() => cancelled.screen().includes("User: "));
  cancelled.type("anna");
  await until(() => cancelled.screen().includes("Password: "));
  cancelled.type("\u0003");
  expect(await cancelled.ended).not.toBe(0);
  expect(cancelled.screen()).not.toContain("Signed in");
});
