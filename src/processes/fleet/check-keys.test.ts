import { randomBytes } from "node:crypto";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { loadConfig, type Config } from "../../config.ts";
import { connectClient } from "../../db/connection/connect.ts";
import { addKey, KeyFileError, loadKeyring } from "../../secrets/keyring.ts";
import { seal } from "../../secrets/seal.ts";
import { readCheckedKeyId, storeCheck } from "../../secrets/store.ts";
import { checkKeys } from "./check-keys.ts";
import { keyFile } from "../webhook-context.ts";

const { address, pool } = await createTestDatabase();
const root = await mkdtemp(join(tmpdir(), "skuport-check-keys-"));
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(() => pool.query("truncate secrets_check, webhooks, webhook_secrets cascade"));

/** The configuration of a process with a data folder of its own. */
async function processWith(settings: Record<string, string> = {}): Promise<Config> {
  const folder = await mkdtemp(join(root, "data-"));
  return loadConfig({ SKUPORT_DATA_DIR: folder, ...settings }, folder);
}

const check = (config: Config): Promise<void> => checkKeys(config, address, "skuport work");
const newKey = (): string => randomBytes(32).toString("base64");
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function storeSecret(config: Config): Promise<string> {
  const keys = await loadKeyring(config.secrets_keys, keyFile(config));
  const { rows } = await pool.query<{ id: number }>(
    "insert into webhooks (url) values ('https://example.com/') returning id",
  );
  await pool.query("insert into webhook_secrets (webhook_id, sealed) values ($1, $2)", [
    rows[0]?.id,
    seal(keys, "webhook", "secret"),
  ]);
  return keys[0].id;
}

test("a process with another key does not start if the database has secrets, and creates no key file", async () => {
  const first = await processWith();
  await check(first);
  const id = await storeSecret(first);
  const other = await processWith();
  await expect(check(other)).rejects.toThrow(KeyFileError);
  await expect(check(other)).rejects.toThrow(`encrypted with key ${id}, but ${keyFile(other)} does not exist`);
  expect(await exists(keyFile(other))).toBe(false);
  await expect(check(await processWith({ SKUPORT_SECRETS_KEY: newKey() }))).rejects.toThrow(
    "SKUPORT_SECRETS_KEY has only",
  );
  await check(first);
});

test("processes with the same key start, also after a rotation, and those with only the old key do not", async () => {
  const [old, next] = [newKey(), newKey()];
  const before = await processWith({ SKUPORT_SECRETS_KEY: old });
  await check(before);
  await storeSecret(before);
  await check(await processWith({ SKUPORT_SECRETS_KEY: old }));
  const rotated = await processWith({ SKUPORT_SECRETS_KEY: `${next},${old}` });
  await check(rotated);
  await storeCheck(pool, await loadKeyring(rotated.secrets_keys, "unused"), await readCheckedKeyId(pool));
  await check(rotated);
  await expect(check(before)).rejects.toThrow(KeyFileError);
});

test("a process with another key starts if the database has no secrets and no other process runs", async () => {
  await check(await processWith());
  const next = await processWith();
  await check(next);
  expect(await readCheckedKeyId(pool)).toBe((await loadKeyring([], keyFile(next)))[0].id);
});

test("another key is refused while another server or worker runs, even without any secret", async () => {
  await check(await processWith());
  const server = await connectClient(address, { application_name: "skuport serve" });
  await expect(check(await processWith())).rejects.toThrow(KeyFileError);
  await server.end();
});

test("a database from before the check belongs to a key that has encrypted some of its secrets", async () => {
  const known = await processWith();
  await storeSecret(known);
  await expect(check(await processWith())).rejects.toThrow("does not exist");
  await addKey(keyFile(known));
  await check(known);
});

test("of processes that start at the same time with different keys, one starts", async () => {
  const running = await connectClient(address, { application_name: "skuport serve" });
  const configs = await Promise.all(Array.from({ length: 6 }, () => processWith()));
  const results = await Promise.allSettled(configs.map(check));
  await running.end();
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});
