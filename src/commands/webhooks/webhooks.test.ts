// Runs the command against a server on a test database.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { runHere } from "../../../tests/support/commands/run-here.ts";
import { commandEnvironment } from "../../../tests/support/commands/environment.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createTestKey } from "../../../tests/support/identity/users.ts";
import { until } from "../../../tests/support/until.ts";
import { createWebhookContext } from "../../../tests/support/webhook-app.ts";
import { loadKeyring } from "../../secrets/keyring.ts";
import { readSecrets } from "../../webhooks/secrets.ts";

const MAIN = join(import.meta.dirname, "../../main.ts");
const database = await createTestDatabase();
const context = createWebhookContext(database);
const app = await createTestApp(database, { webhooks: context });
const url = await app.listen({ host: "127.0.0.1", port: 0 });
const cwd = await mkdtemp(join(tmpdir(), "skuport-cli-"));

const start = (...args: string[]): ChildProcess & { out: () => string; err: () => string } => {
  const child = spawn(process.execPath, [MAIN, "webhooks", ...args, "--url", url], {
    cwd,
    env: commandEnvironment(app),
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return Object.assign(child, { out: () => out, err: () => err });
};
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, out, err } = await runHere(["webhooks", ...args, "--url", url], { cwd, env: commandEnvironment(app) });
  return { code, out: out.toString(), err };
}

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});
async function listenWith(...args: string[]): Promise<{ at: string; out: () => string; stop: () => Promise<number> }> {
  const child = start("listen", ...args);
  running.push(child);
  const at = await until(() => /http:\/\/127\.0\.0\.1:\d+\//.exec(child.err())?.[0]);
  return {
    at,
    out: child.out,
    async stop() {
      child.kill("SIGTERM");
      return ((await once(child, "close")) as [number])[0];
    },
  };
}

test("`add`, `test`, `list` and `deliveries` work with a receiver that `listen` runs", async () => {
  const blind = await listenWith();
  const added = await run("add", blind.at, "--types", "product.updated,import.completed", "--json");
  expect(added.code).toBe(0);
  const { id, secret } = JSON.parse(added.out) as { id: number; secret: string };
  const seeing = await listenWith("--webhook", String(id), "--json");
  await app.inject({ method: "PATCH", url: `/api/webhooks/${id}`, payload: { url: seeing.at } });

  const tested = await run("test", String(id), "--type", "product.deleted", "--data", '{"id":5}');
  expect(tested).toMatchObject({ code: 0, out: expect.stringContaining("Response 200") as string });
  const line = JSON.parse(await until(() => seeing.out())) as object;
  expect(line).toMatchObject({ verdict: "verified", body: { type: "product.deleted", data: { id: 5 } } });

  const secretFile = join(cwd, "secret");
  await writeFile(secretFile, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  const other = await listenWith("--secret-file", secretFile);
  await app.inject({ method: "PATCH", url: `/api/webhooks/${id}`, payload: { url: other.at } });
  expect(await run("test", String(id))).toMatchObject({ code: 1, out: expect.stringContaining("401") as string });
  expect(await until(() => other.out())).toContain("no signature matches");

  expect((await run("list")).out).toContain(`${id}\tnew\t${other.at}`);
  const log = (await run("deliveries", String(id), "--json")).out.trim().split("\n");
  expect(log.map((text) => JSON.parse(text) as object)).toMatchObject([{ last_status: 401 }, { last_status: 200 }]);
  expect((await readSecrets(database.pool, await context.loadKeys(), id)).secrets[0]?.secret).toBe(secret);
  for (const listener of [blind, seeing, other]) expect(await listener.stop()).toBe(0);
});

test("`listen` reads a secret from standard input, so that the list of processes does not show the secret", async () => {
  const child = start("listen", "--secret-file", "-");
  running.push(child);
  child.stdin?.end("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nmore");
  const at = await until(() => /http:\/\/127\.0\.0\.1:\d+\//.exec(child.err())?.[0]);
  expect(child.err()).not.toContain("are not verified");
  expect((await fetch(at, { method: "POST", body: "{}" })).status).toBe(401);
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
});

test.each([
  [["listen", "--secret", "whsec_x"], "--secret-file FILE"],
  [["listen", "--secret-file", "missing"], "The file missing does not exist"],
  [[], "Give a subcommand"],
  [["explode"], 'Unknown subcommand "explode"'],
  [["add"], "Give one URL"],
  [["add", "https://a.example", "--types", "nonsense"], "--types nonsense"],
  [["test", "x"], "whole number"],
  [["test", "1", "--data", "[1]"], "write a JSON object"],
  [["replay", "1"], "--since"],
  [["listen", "--status", "99999"], "--status 99999"],
])("the invalid arguments %o exit with 2 and an explanation", async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test("an API key cannot read the secrets of a webhook for `listen --webhook`", async () => {
  const key = await createTestKey(database.pool, "admin");
  const env = { ...process.env, SKUPORT_API_KEY: key };
  const payload = { url: "https://a.example/" };
  const { id } = (await app.inject({ method: "POST", url: "/api/webhooks", payload })).json<{ id: number }>();
  const { code, err } = await runHere(["webhooks", "listen", "--webhook", String(id), "--url", url], { cwd, env });
  expect(code).toBe(1);
  expect(err).toContain("API keys cannot do this");
});

test("a refusal of the server prints one sentence and exits with 1", async () => {
  expect(await run("add", "http://10.0.0.1/")).toMatchObject({
    code: 1,
    err: expect.stringContaining("not a public internet address") as string,
  });
  expect(await run("deliveries", "999")).toMatchObject({ code: 1, err: "Webhook 999 does not exist.\n" });
});

test("after rotate-key, all secrets are encrypted with the new key, and the old one is no longer needed", async () => {
  const keys = ["A", "B"].map((letter) => Buffer.alloc(32, letter).toString("base64")) as [string, string];
  const create = async (key: string): Promise<number> => {
    const own = await createTestApp(database, {
      webhooks: { ...context, loadKeys: () => loadKeyring([key], "unused") },
    });
    const payload = { url: "https://a.example/", headers: { "x-key": "value" } };
    return (await own.inject({ method: "POST", url: "/api/webhooks", payload })).json<{ id: number }>().id;
  };
  await database.pool.query("truncate webhooks, webhook_secrets, webhook_replays");
  const id = await create(keys[0]);
  const before = await readSecrets(database.pool, await loadKeyring([keys[0]], "unused"), id);
  const { host, port, user, database: name } = database.address;
  const { code, out } = await runHere(["rotate-key"], {
    cwd,
    env: {
      ...process.env,
      DATABASE_URL: `postgres://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
      SKUPORT_SECRETS_KEY: `${keys[1]},${keys[0]}`,
    },
  });
  expect(code).toBe(0);
  expect(out.toString()).toContain("2 secrets");
  expect(await readSecrets(database.pool, await loadKeyring([keys[1]], "unused"), id)).toEqual(before);
});
