import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";
import { settingsOf } from "../processes/worker-process.ts";

const dir = mkdtempSync(join(tmpdir(), "skuport-secrets-"));
const URL_TEXT = "postgres://skuport:secret@db/skuport";
writeFileSync(join(dir, "url"), `${URL_TEXT}\n`);
writeFileSync(join(dir, "empty"), "\n");
writeFileSync(join(dir, "wrong"), "mysql://skuport:secret@db/skuport");

function faultsOf(env: Record<string, string>): string {
  try {
    loadConfig(env, dir);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.join("\n");
    throw error;
  }
}

test("(13.3.1) a secret is read from the file that a platform provides", () => {
  expect(loadConfig({ DATABASE_URL_FILE: join(dir, "url") }, "/").database_url).toBe(URL_TEXT);
  expect(loadConfig({ DATABASE_URL_FILE: "url" }, dir).database_url).toBe(URL_TEXT);
  const key = Buffer.alloc(32, 7).toString("base64");
  writeFileSync(join(dir, "key"), key);
  expect(loadConfig({ SKUPORT_SECRETS_KEY_FILE: "key" }, dir).secrets_keys).toEqual([key]);
});

test("(13.3.1) a file that cannot be used is reported, without the secret", () => {
  expect(faultsOf({ DATABASE_URL_FILE: "none" })).toMatch(/^DATABASE_URL_FILE=none: the file cannot be read: ENOENT/);
  expect(faultsOf({ DATABASE_URL_FILE: "empty" })).toMatch(/^DATABASE_URL_FILE=empty: the file is empty/);
  expect(faultsOf({ DATABASE_URL_FILE: "url", DATABASE_URL: URL_TEXT })).toBe(
    "DATABASE_URL_FILE=url: DATABASE_URL is set too; remove one of them.",
  );
  expect(faultsOf({ DATABASE_URL_FILE: "wrong" })).toMatch(/^DATABASE_URL=mysql:\/\/skuport:\*\*\*@db/);
  expect(faultsOf({ SKUPORT_SECRETS_KEY_FILE: "wrong" })).not.toContain("secret@");
});

test("a worker that a server starts uses the database of the server's file", () => {
  const env = { DATABASE_URL_FILE: join(dir, "url") };
  expect(loadConfig({ ...env, ...settingsOf(loadConfig(env, dir)) }, dir).database_url).toBe(URL_TEXT);
});

test("(16.2.5) a secret whose setting is misspelt is not shown", () => {
  const shown = faultsOf({ SKUPORT_OIDC_SECRET: "hush", SKUPORT_APIKEY: "hush", SKUPORT_PROT: "80" });
  expect(shown).not.toContain("hush");
  expect(shown).toContain("SKUPORT_OIDC_SECRET=***: unknown setting");
  expect(shown).toContain("SKUPORT_PROT=80: unknown setting");
});

test("a setting that is not a secret cannot be a file", () => {
  expect(faultsOf({ SKUPORT_PORT_FILE: "url" })).toContain("SKUPORT_PORT_FILE=url: unknown setting");
});
