// Tests what a starting server does so that the first user can sign in: the key of the data folder, and the first link.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { hashPassword } from "../../src/identity/passwords/hash.ts";
import { announceFirstSignIn, prepareSignIn } from "../../src/processes/first-sign-in.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const folder = await mkdtemp(join(tmpdir(), "skuport-first-start-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const ORIGIN = "http://127.0.0.1:8000";

let logged = "";
const log = pino({ level: "info" }, { write: (line: string) => void (logged += line) });
/** Announces the sign-in, as a start does, and returns what appears on the output. */
async function announce(isTTY: boolean, passwordSignIn = true): Promise<string> {
  let written = "";
  const stdout = { isTTY, write: (text: string) => (written += text) !== "" };
  await announceFirstSignIn(pool, ORIGIN, { stdout, log, password_sign_in: passwordSignIn });
  return written;
}
const tokenIn = (text: string): string =>
  /http:\/\/127\.0\.0\.1:8000\/sign-in#link=([\w-]{43})\n/.exec(text)?.[1] ?? "";
const redeem = (token: string) =>
  app.inject({ method: "POST", url: "/api/links/redeem", headers: { authorization: "" }, payload: { token } });
const statusWith = async (key: string): Promise<number> =>
  (await app.inject({ url: "/api/session", headers: { authorization: `Bearer ${key}` } })).statusCode;

beforeEach(async () => {
  logged = "";
  await pool.query("update users set password_hash = null; delete from one_time_links");
});

describe("(6.3.2) the first link", () => {
  test("appears on a terminal only, in the fragment of the URL, and signs the administrator in", async () => {
    const written = await announce(true);
    const response = await redeem(tokenIn(written));
    expect(response.json()).toMatchObject({ user: "admin", role: "admin", has_password: false });
    expect(logged).not.toContain(tokenIn(written));
  });

  test("is not created if the output is not a terminal; the log names a command instead", async () => {
    expect(await announce(false)).toBe("");
    expect(logged).toContain("skuport users link admin");
    expect((await pool.query("select 1 from one_time_links")).rowCount).toBe(0);
  });

  test("is not for a password if passwords are switched off: the log names another command", async () => {
    await announce(false, false);
    expect(logged).toContain("skuport users rescue");
  });

  test.each([true, false])(
    "is not created without an enabled administrator; the log names the remedy (%s)",
    async (isTTY) => {
      await pool.query("update users set disabled_at = now()");
      expect(await announce(isTTY)).toBe("");
      await pool.query("update users set disabled_at = null");
      expect(logged).toContain("skuport users rescue NAME --make-admin");
    },
  );

  test("makes the link of the start before invalid", async () => {
    const first = tokenIn(await announce(true));
    const second = tokenIn(await announce(true));
    expect([(await redeem(first)).statusCode, (await redeem(second)).statusCode]).toEqual([410, 200]);
  });

  test("is not created once an administrator has a password", async () => {
    await pool.query("update users set password_hash = $1", [await hashPassword("an unusual pass phrase")]);
    expect([await announce(true), await announce(false), logged]).toEqual(["", "", ""]);
  });
});

describe("the key of the data folder", () => {
  test("is in a file that only its owner can read, and identifies the local administrator", async () => {
    await writeFile(join(folder, "local.key"), "an old key\n", { mode: 0o644 });
    const { key, remove } = await prepareSignIn(pool, folder, log);
    expect((await stat(join(folder, "local.key"))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, "local.key"), "utf8")).toBe(`${key}\n`);
    expect(key).toMatch(/^sku_local_[\w-]{43}$/);
    const { body } = await app.inject({ url: "/api/session", headers: { authorization: `Bearer ${key}` } });
    expect(JSON.parse(body)).toMatchObject({ actor: "local", kind: "local", role: "admin" });
    await remove();
    expect(await readdir(folder)).toEqual([]);
  });

  test("is new at every start, and the earlier one becomes invalid", async () => {
    const first = await prepareSignIn(pool, folder, log);
    const second = await prepareSignIn(pool, folder, log);
    expect(await statusWith(second.key)).toBe(200);
    expect(await statusWith(first.key)).toBe(401);
    await second.remove();
  });

  test("of another folder stays valid", async () => {
    const another = await mkdtemp(join(folder, "another-"));
    const first = await prepareSignIn(pool, folder, log);
    const second = await prepareSignIn(pool, another, log);
    expect([await statusWith(first.key), await statusWith(second.key)]).toEqual([200, 200]);
    await first.remove();
    await second.remove();
  });
});

test("the first start creates one administrator, also if two servers start at the same time", async () => {
  const { pool: empty } = await createTestDatabase();
  const folders = await Promise.all(["a", "b"].map((name) => mkdtemp(join(folder, name))));
  await Promise.all(folders.map((path) => prepareSignIn(empty, path, log)));
  const { rows } = await empty.query("select name, role, password_hash from users");
  expect(rows).toEqual([{ name: "admin", role: "admin", password_hash: null }]);
});
