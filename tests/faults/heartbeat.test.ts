// The server kills and restarts a worker that hangs, is frozen or leaks memory. Without a server, the worker ends itself.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import { describe, expect, test, type TestContext } from "vitest";
import type { HeartbeatLimits } from "../../src/processes/worker-heartbeat.ts";
import { superviseWorker } from "../../src/processes/worker-process.ts";
import { loadConfig, type Config } from "../../src/config.ts";
import { createTestDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const { host, port, user, database: name } = database.address;

/** A worker that sends no heartbeat for 10 s is stopped. Even on a busy machine, a worker starts and sends heartbeats faster than that. */
const SHORT: HeartbeatLimits = { tick_ms: 1000, silent_ticks: 10 };
const OFF: HeartbeatLimits = { tick_ms: 1000, silent_ticks: 1e9 };

/** Creates settings for a worker that loads hang.mjs, which writes a file to the data folder for each thread that has loaded it. */
async function createSettings(): Promise<{
  config: Config;
  env: Record<string, string | undefined>;
  loaded: (thread: "main" | "thread") => number[];
}> {
  const folder = await mkdtemp(join(tmpdir(), "skuport-heartbeat-"));
  const settings = {
    DATABASE_URL: `postgres://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
    SKUPORT_DATA_DIR: folder,
    SKUPORT_LOG_LEVEL: "warn",
  };
  const preload = pathToFileURL(join(import.meta.dirname, "support/hang.mjs")).href;
  return {
    config: loadConfig(settings, folder),
    env: { ...process.env, ...settings, NODE_OPTIONS: `--import ${preload}` },
    loaded: (thread) =>
      readdirSync(folder).flatMap((file) => (file.endsWith(`-${thread}`) ? [Number.parseInt(file)] : [])),
  };
}

async function supervise({ onTestFinished }: TestContext, limits: HeartbeatLimits) {
  const { config, env, loaded } = await createSettings();
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const worker = superviseWorker(config, env, log, new AbortController().signal, limits);
  const pid = await until(() => loaded("main")[0]);
  onTestFinished(async () => {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
    await worker.stop();
  });
  return {
    pid,
    restarted: () => until(() => loaded("main").some((other) => other !== pid)),
    messages: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Starts a worker's delivery thread and heartbeat in a process without a server. */
async function startAlone({ onTestFinished }: TestContext, limits: HeartbeatLimits) {
  const { config, env, loaded } = await createSettings();
  const given = JSON.stringify([config, database.address, limits]);
  const child = spawn(process.execPath, [join(import.meta.dirname, "support/deliver-alone.ts"), given], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  });
  let err = "";
  child.stderr.on("data", (piece: Buffer) => (err += piece.toString()));
  const exited = once(child, "close");
  await until(() => loaded("thread").length > 0);
  return { child, exited, err: () => err, pid: child.pid as number };
}

describe.concurrent("heartbeats", () => {
  test.for([
    ["hangs", "SIGUSR2"],
    ["is frozen", "SIGSTOP"],
  ] as const)("a worker that %s is killed and restarted, and the log reports this", async ([, signal], context) => {
    const [unwatched, watched] = await Promise.all([supervise(context, OFF), supervise(context, SHORT)]);
    for (const { pid } of [unwatched, watched]) process.kill(pid, signal);

    await watched.restarted();
    expect(isAlive(watched.pid)).toBe(false);
    expect(watched.messages()).toEqual(["worker stopped responding; ending the worker", "worker ended; restarting"]);
    expect(isAlive(unwatched.pid)).toBe(true);
  });

  test("a worker that hangs after its server has gone is killed by its own delivery thread, which logs the worker's job", async (context) => {
    const [unwatched, watched] = await Promise.all([startAlone(context, OFF), startAlone(context, SHORT)]);
    for (const { pid } of [unwatched, watched]) process.kill(pid, "SIGUSR2");
    expect(await watched.exited).toEqual([null, "SIGKILL"]);
    expect(JSON.parse(watched.err())).toMatchObject({
      level: 50,
      jobs: ["import 17"],
      msg: "worker stopped responding; ending the worker",
    });
    expect(isAlive(unwatched.pid)).toBe(true);
  });

  test("a delivery thread that hangs is restarted by the worker's main thread", async (context) => {
    const [unwatched, watched] = await Promise.all([startAlone(context, OFF), startAlone(context, SHORT)]);
    for (const { pid } of [unwatched, watched]) process.kill(pid, "SIGWINCH");
    await until(() => watched.err().includes("webhook delivery thread stopped responding; restarting the thread"));
    expect([isAlive(watched.pid), unwatched.err()]).toEqual([true, ""]);
  });
});

test("a worker whose heap grows without limit is ended by V8 and restarted", async (context) => {
  const { pid, restarted, messages } = await supervise(context, OFF);
  process.kill(pid, "SIGIO");
  await restarted();
  expect(messages()).toEqual(["worker ended; restarting"]);
});
