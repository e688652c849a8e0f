import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, expect, test } from "vitest";
import { until } from "../../../tests/support/until.ts";
import { SNIPPET_LANGUAGES, verifySnippet } from "./verify-snippets.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const running: ChildProcess[] = [];
const folder = await mkdtemp(join(tmpdir(), "skuport-snippets-"));
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

test.for(SNIPPET_LANGUAGES)("the %s receiver contains the secret and no unfilled placeholder", (language) => {
  const snippet = verifySnippet(language, SECRET);
  expect(snippet).toContain(SECRET);
  expect(snippet).not.toMatch(/undefined|\[object/);
});

// Node is available wherever these tests run. The other receivers were tested by hand.
test("the Node receiver accepts signed requests and rejects others", async () => {
  const port = await freePort();
  const file = join(folder, "receiver.mjs");
  await writeFile(file, verifySnippet("node", SECRET).replace("listen(3000)", `listen(${port}, "127.0.0.1")`));
  running.push(spawn(process.execPath, [file], { stdio: "ignore" }));
  const body = JSON.stringify({ type: "ping", data: { text: "ä" } });
  const at = new Date();
  const headers = (signature: string, sent = at): Record<string, string> => ({
    "webhook-id": "evt_1",
    "webhook-timestamp": String(Math.floor(sent.getTime() / 1000)),
    "webhook-signature": signature,
  });
  const signed = new Webhook(SECRET).sign("evt_1", at, body);
  const send = (given: Record<string, string>, text = body) => post(port, given, text);
  expect(await send(headers(signed))).toBe(204);
  expect(await send(headers(`v1,AAAA ${signed}`))).toBe(204);
  expect(await send(headers(signed), `${body} `)).toBe(401);
  expect(await send(headers("v1,AAAA"))).toBe(401);
  const old = new Date(at.getTime() - 600_000);
  expect(await send(headers(new Webhook(SECRET).sign("evt_1", old, body), old))).toBe(401);
});

async function post(port: number, headers: Record<string, string>, body: string): Promise<number> {
  return until(async () => {
    try {
      return (await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body })).status;
    } catch {
      return undefined; // the receiver is not listening yet
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
