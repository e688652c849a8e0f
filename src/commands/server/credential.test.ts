// Runs a command against a small server that records the credential of each request.
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { runHere } from "../../../tests/support/commands/run-here.ts";
import { toProblemDocument } from "../../../contract/problem-document.ts";
import { Problem } from "../../../contract/problems.ts";
import { pathOfStoredKey } from "./stored-keys.ts";
import { acquireDataDir } from "../../db/data-dir/data-dir.ts";

const keyOf = (letter: string, prefix = "sku_"): string => prefix + letter.repeat(43);
const SETTING = keyOf("s");
const STORED = keyOf("l");
const LOCAL = keyOf("f", "sku_local_");

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const seen: (string | undefined)[] = [];
const url = await serve((request, response) => {
  seen.push(request.headers.authorization);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ status: "ready", version: "1", database: "up", workers: 1, stores: [] }));
});
const { port } = new URL(url);

let home: string;
let dataDir: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "skuport-home-"));
  dataDir = join(home, "data");
  seen.length = 0;
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function run(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  const ran = await runHere(["health", ...args], { cwd: home, env: { HOME: home, ...env } });
  const { code, err } = ran;
  const out = ran.out.toString();
  for (const key of [SETTING, STORED, LOCAL]) expect(out + err).not.toContain(key);
  return { code, out, err };
}

async function writePrivately(path: string, content: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
  return path;
}
const storeLogin = (server: string, folder = join(home, ".config")): Promise<string> =>
  writePrivately(
    pathOfStoredKey({ env: { XDG_CONFIG_HOME: folder } }, server),
    JSON.stringify({ url: server, key: STORED, user: "anna", id: 1 }),
  );
const storeLocal = (): Promise<string> => writePrivately(join(dataDir, "local.key"), `${LOCAL}\n`);

/** Makes this test the holder of the data folder, as a server is. */
async function hold(holderUrl: string): Promise<void> {
  const held = await acquireDataDir(dataDir, "skuport serve");
  await held.publish({ url: holderUrl });
  closing.push(() => held.release());
}

const bearer = (...keys: string[]): string[] => keys.map((key) => `Bearer ${key}`);

test("the setting comes before the key of a login, and this before the key of the data folder", async () => {
  await storeLocal();
  await hold(url);
  expect((await run([])).code).toBe(0);
  await storeLogin(url);
  expect((await run([])).code).toBe(0);
  await writeFile(join(home, ".env"), `SKUPORT_API_KEY=${SETTING}\n`);
  expect((await run([])).code).toBe(0);
  expect((await run([], { SKUPORT_API_KEY: keyOf("e") })).code).toBe(0);
  expect(seen).toEqual(bearer(LOCAL, STORED, SETTING, keyOf("e")));
});

test.each(["127.0.0.1", "localhost"])(
  "the key of the data folder is used for --url http://%s of its server",
  async (host) => {
    await storeLocal();
    await hold(url);
    const given = ["--url", `http://${host}:${port}/`];
    const { out } = await run(given);
    // The server is called by its own address: `localhost` can also be the address of another program.
    expect(out).toContain(`${url} is ready`);
    expect((await run([...given, "--data-dir", join(home, "data")])).code).toBe(0);
    expect(seen).toEqual(bearer(LOCAL, LOCAL));
  },
);

test("the key of the data folder is not sent to another address", async () => {
  await storeLocal();
  await hold("http://127.0.0.1:9");
  for (const other of [url, `http://localhost:${port}`, `${url}/path`]) {
    const { code, err } = await run(["--url", other]);
    expect(code).toBe(1);
    expect(err).toContain(
      `The server at ${other} requires a sign-in. Set SKUPORT_API_KEY, or run \`skuport login --url ${other}\`.`,
    );
  }
  expect(seen).toEqual([]);
});

test("the key of a folder whose server has ended is not used", async () => {
  await storeLocal();
  expect((await run(["--url", url])).err).toContain("requires a sign-in");
  expect((await run([])).err).toContain("No server is running on the data folder");
  expect(seen).toEqual([]);
});

test("a key of a login is used for its server only, in either form of the address", async () => {
  await storeLogin(url, join(home, "xdg"));
  const env = { XDG_CONFIG_HOME: join(home, "xdg") };
  expect((await run(["--url", `${url}/`], env)).code).toBe(0);
  expect((await run(["--url", url], { XDG_CONFIG_HOME: "relative" })).err).toContain("requires a sign-in");
  const other = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  expect((await run(["--url", other], env)).err).toContain("requires a sign-in");
  expect(seen).toEqual(bearer(STORED));
});

test.runIf(process.platform !== "win32")(
  "files with keys that other users can read are refused with the remedy",
  async () => {
    const local = await storeLocal();
    await hold(url);
    for (const mode of [0o640, 0o604, 0o620, 0o610]) {
      await chmod(local, mode);
      const { code, err } = await run([]);
      expect(code).toBe(1);
      expect(err).toContain(`Run: chmod 600 ${local}\n`);
    }
    await chmod(local, 0o600);
    const stored = await storeLogin(url);
    await chmod(stored, 0o644);
    expect((await run([])).err).toContain(`Run: chmod 600 ${stored}\n`);
    expect(seen).toEqual([]);
    expect((await run([], { SKUPORT_API_KEY: SETTING })).code).toBe(0);
  },
);

test("damaged files and settings are refused, and no part of them is shown", async () => {
  await storeLocal();
  await hold(url);
  const stored = await storeLogin(url);
  for (const content of [
    "",
    "{",
    `{"url":"${url}","key":${JSON.stringify(STORED)}`,
    "[]",
    `{"url":"${url}","key":"secret"}`,
    JSON.stringify({ key: STORED }),
  ]) {
    await writeFile(stored, content);
    const { code, err } = await run([]);
    expect([code, err]).toEqual([1, `${stored} is damaged. Delete it and run \`skuport login\` again.\n`]);
  }
  await rm(stored);
  await symlink("/dev/zero", stored);
  expect((await run([])).err).toBe(`${stored} is not a file with API keys. Delete it.\n`);
  await rm(stored);
  await writeFile(join(dataDir, "local.key"), "secret\n");
  expect((await run([])).err).toContain("local.key does not contain a key. Restart the server");
  for (const args of [[], ["--url", url]]) {
    const { code, err } = await run(args, { SKUPORT_API_KEY: "secret text" });
    expect(code).toBeGreaterThan(0);
    expect(err).toContain("SKUPORT_API_KEY");
    expect(err).not.toContain("secret text");
  }
  expect(seen).toEqual([]);
});

test("no key is sent without encryption to another computer, and no secret is accepted in the address", async () => {
  for (const address of ["http://shop.example", "http://10.0.0.1:8000", "http://127.0.0.1.evil.example"]) {
    const { code, err } = await run(["--url", address], { SKUPORT_API_KEY: SETTING });
    expect(code).toBe(1);
    expect(err).toBe(
      `The API key is not sent to ${address}, because everyone on the way there could read it. Use the https address of the server.\n`,
    );
  }
  const { code, err } = await run(["--url", `http://user:${STORED}@127.0.0.1:${port}`]);
  expect(code).toBe(2);
  expect(err).toContain("--url must not contain a user name or a password");
});

test.each([
  ["SKUPORT_API_KEY", "does not accept the API key in SKUPORT_API_KEY. The key is wrong, has expired or was revoked."],
  ["login", "does not accept the API key that `skuport login` has stored."],
  ["local", "does not accept the key in its data folder."],
])("a refused key is reported with its source: %s", async (source, message) => {
  const refusing = await serve((_, response) => {
    const document = toProblemDocument(new Problem("sign-in-required", "Sign in."));
    response.writeHead(401).end(JSON.stringify(document));
  });
  if (source === "login") await storeLogin(refusing);
  if (source === "local") {
    await storeLocal();
    await hold(refusing);
  }
  const { code, err } = await run(
    ["--url", refusing],
    source === "SKUPORT_API_KEY" ? { SKUPORT_API_KEY: SETTING } : {},
  );
  expect(code).toBe(1);
  expect(err).toContain(`The server at ${refusing} ${message}`);
});

test.each([
  [
    "SKUPORT_API_KEY",
    "The request was sent to URL with the API key in SKUPORT_API_KEY. Set another key, or remove the setting and run `skuport login --url URL`.",
  ],
  [
    "login",
    "You are signed in to URL as anna by `skuport login`. To continue as someone else, run `skuport logout --url URL` first, or set SKUPORT_API_KEY.",
  ],
  ["local", ""],
])("a request that the role does not permit is reported with its sender and the remedy: %s", async (source, remedy) => {
  const reason = 'This needs the role "admin", but the role of anna is "viewer". Ask an administrator.';
  const refusing = await serve((_, response) => {
    response.writeHead(403).end(JSON.stringify(toProblemDocument(new Problem("not-permitted", reason))));
  });
  if (source === "login") await storeLogin(refusing);
  if (source === "local") {
    await storeLocal();
    await hold(refusing);
  }
  const env: Record<string, string> = source === "SKUPORT_API_KEY" ? { SKUPORT_API_KEY: SETTING } : {};
  const { code, err } = await run(["--url", refusing], env);
  expect([code, err]).toEqual([1, `${`${reason} ${remedy.replaceAll("URL", refusing)}`.trim()}\n`]);
});

test("a redirect is reported and not followed", async () => {
  const redirecting = await serve((_, response) => {
    response.writeHead(302, { location: url }).end();
  });
  const { code, err } = await run(["--url", redirecting], { SKUPORT_API_KEY: SETTING });
  expect([code, err]).toEqual([
    1,
    `The server redirects to ${url}, and the API key is not sent there. If that is the right server, use its address directly.\n`,
  ]);
  expect(seen).toEqual([]);
});
