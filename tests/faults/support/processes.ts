// Starts servers and workers as separate processes, which tests can freeze, wake and kill. They reach the database through a proxy.
// Processes that still run when the test process exits are killed.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readHolder } from "../../../src/db/data-dir/data-dir.ts";
import { useKey } from "../../support/identity/fetch-with-key.ts";
import { until } from "../../support/until.ts";

const MAIN = join(import.meta.dirname, "../../../src/main.ts");
const MAX_OUTPUT = 1 << 20;

export interface ProcessOptions {
  /** DATABASE_URL of the process, usually the URL of a proxy. */
  url: string;
  /** Data folder. The server and the workers of one database share it. */
  data_dir: string;
  /** Additional environment variables. */
  settings?: Record<string, string>;
}

export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<unknown>;
  isRunning(): boolean;
  /** The last MB of stdout and stderr. */
  output(): string;
  /** Sends SIGSTOP: the process does nothing, but its connections stay open, and the kernel still acknowledges data. */
  freeze(): void;
  wake(): void;
  /** Sends SIGKILL, which ends even a frozen process. */
  kill(): Promise<void>;
  /** Sends SIGTERM, and waits until the process has ended. */
  stop(): Promise<void>;
}

export interface RunningServer extends RunningProcess {
  /** URL of the server, such as http://127.0.0.1:43017. */
  readonly base_url: string;
}

/** Starts `skuport serve` without a worker. `fetch` sends the key of its data folder to it. */
export async function startServerProcess(options: ProcessOptions): Promise<RunningServer> {
  const { data_dir } = options;
  const child = start(["serve", "--no-worker", "--port", "0", "--data-dir", data_dir], options);
  const baseUrl = await ready(child, async () => {
    const holder = await readHolder(data_dir);
    return holder?.pid === child.pid ? holder.url : undefined;
  });
  useKey(baseUrl, (await readFile(join(data_dir, "local.key"), "utf8")).trim());
  return { ...child, base_url: baseUrl };
}

/** Starts `skuport work`, and waits until it is ready to take jobs. The worker exits if it loses the connection to the database before it
 * is ready. In production, its supervisor would then restart it. */
export async function startWorkerProcess(options: ProcessOptions): Promise<RunningProcess> {
  const child = start(["work", "--data-dir", options.data_dir], options);
  const READY = ["worker ready for imports", "worker ready for operations"];
  await ready(child, () => READY.every((line) => child.output().includes(line)));
  return child;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

function start(args: string[], { url, settings }: ProcessOptions): RunningProcess {
  const child = spawn(process.execPath, ["--max-semi-space-size=1", MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SKUPORT_LOG_LEVEL: "info", ...settings, DATABASE_URL: url },
  });
  running.add(child);
  const exited = once(child, "exit").finally(() => running.delete(child));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-MAX_OUTPUT)));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isRunning()) child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid as number,
    exited,
    isRunning,
    output: () => output,
    freeze: () => child.kill("SIGSTOP"),
    wake: () => child.kill("SIGCONT"),
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

/** Waits until `probe` returns a value other than undefined or false. */
async function ready<T>(child: RunningProcess, probe: () => Promise<T | undefined> | T | undefined) {
  try {
    return await until(async () => {
      if (!child.isRunning()) throw new Error("it has exited");
      return probe();
    });
  } catch (cause) {
    await child.kill();
    throw new Error(`Process ${String(child.pid)} did not start:\n${child.output()}`, { cause });
  }
}
