// Unhandled errors and a closed log output do not end a server, a closed terminal shuts it down, and no process ends without a message.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../support/until.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (err += piece.toString()));
  return {
    child,
    closed: once(child, "close") as Promise<[number | null, string | null]>,
    out: () => out,
    err: () => err,
  };
}

test.each([
  ["server", 0, "still here\n", "continuing"],
  ["worker", 1, "", "exiting"],
])(
  "an unhandled error is logged with its cause, and a %s exits with status %i",
  async (kind, code, printed, lastWord) => {
    const { closed, out, err } = start([join(import.meta.dirname, "support/stray.ts"), kind]);
    expect(await closed).toEqual([code, null]);
    expect(out()).toBe(printed);
    const lines = err()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string; err: { stack: string } });
    expect(lines.map(({ msg }) => msg.slice(msg.lastIndexOf(" ") + 1))).toEqual(["continuing", lastWord]);
    expect(lines[0]?.err.stack).toContain("its cause");
    expect(lines[1]?.err.stack).toContain("stray.ts");
  },
);

test("a command whose output is closed exits without an error", async () => {
  const { child, closed, err } = start([MAIN, "openapi"]);
  child.stdout.destroy();
  expect(await closed).toEqual([0, null]);
  expect(err()).toBe("");
});

test("a server whose log output is closed continues, and shuts down when its terminal is closed", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "skuport-stray-"));
  const args = [MAIN, "serve", "--port", "0", "--no-worker", "--data-dir", dataDir];
  const { child, closed, err } = start(args);
  const url = await until(() => /Skuport is ready: (http:[^"]+)"/.exec(err())?.[1]);
  child.stderr.destroy();
  child.stdout.destroy();
  const headers = { authorization: `Bearer ${(await readFile(join(dataDir, "local.key"), "utf8")).trim()}` };
  // Each request causes a log line, which cannot be written because the output is closed.
  for (let i = 0; i < 3; i++) expect((await fetch(`${url}/api/no-such-thing`, { headers })).status).toBe(404);
  expect((await fetch(`${url}/health/ready`, { headers })).status).toBe(200);
  child.kill("SIGHUP");
  expect(await closed).toEqual([0, null]);
});
