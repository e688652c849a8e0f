// A worker that hangs, is frozen or leaks is ended and started again by the server that keeps it. Without a server, the worker
// ends itself.
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

/** A busy machine starts a worker, and passes on its beats, well within these 10 s. */
const SHORT: HeartbeatLimits = { tick_ms: 1000, silent_ticks: 10 };
const OFF: HeartbeatLimits = { tick_ms: 1000, silent_ticks: 1e9 };

/** Settings of a worker that loads hang.mjs, which notes in its data folder where it has been loaded. */
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

async function keep({ onTestFinished }: TestContext, limits: HeartbeatLimits) {
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
    startedAgain: () => until(() => loaded("main").some((one) => one !== pid), 60_000),
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

/** A worker's delivery thread and beats, in a process that no server keeps. */
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

describe.concurrent("a heartbeat", () => {
  test.for([
    ["hangs", "SIGUSR2"],
    ["is frozen", "SIGSTOP"],
  ] as const)("ends a worker that %s, which is started again; the keeper says so", async ([, signal], context) => {
    const [unwatched, watched] = await Promise.all([keep(context, OFF), keep(context, SHORT)]);
    for (const { pid } of [unwatched, watched]) process.kill(pid, signal);

    await watched.startedAgain();
    expect(isAlive(watched.pid)).toBe(false);
    expect(watched.messages()).toEqual(["worker stopped responding; ending it", "worker ended; restarting"]);
    expect(isAlive(unwatched.pid)).toBe(true);
  });

  test("lets the delivery thread end a worker that no server keeps, and names its job", async (context) => {
    const [unwatched, watched] = await Promise.all([startAlone(context, OFF), startAlone(context, SHORT)]);
    for (const { pid } of [unwatched, watched]) process.kill(pid, "SIGUSR2");
    expect(await watched.exited).toEqual([null, "SIGKILL"]);
    expect(JSON.parse(watched.err())).toMatchObject({
      level: 50,
      jobs: ["import 17"],
      msg: "worker stopped responding; ending it",
    });
    expect(isAlive(unwatched.pid)).toBe(true);
  });

  test("has the main loop start a delivery thread again that hangs", async (context) => {
    const [unwatched, watched] = await Promise.all([startAlone(context, OFF), startAlone(context, SHORT)]);
    for (const { pid } of [unwatched, watched]) process.kill(pid, "SIGWINCH");
    await until(() => watched.err().includes("webhook delivery stopped responding; restarting"));
    expect([isAlive(watched.pid), unwatched.err()]).toEqual([true, ""]);
  });
});

test("a worker whose heap grows without end is ended by V8 and started again", async (context) => {
  const { pid, startedAgain, messages } = await keep(context, OFF);
  process.kill(pid, "SIGIO");
  await startedAgain();
  expect(messages()).toEqual(["worker ended; restarting"]);
});
