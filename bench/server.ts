// Starts a Skuport server for a measurement, on a free port and usually a fresh data folder, and reads the memory of its processes.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readHolder } from "../src/db/data-dir/data-dir.ts";
import { useKey } from "../tests/support/identity/fetch-with-key.ts";
import type { DatabaseAddress } from "../src/db/connection/connect.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");

/** The flags with which `npm start` runs the server (NODE_FLAGS in scripts/bootstrap.mjs). */
const NODE_FLAGS = ["--max-semi-space-size=1"];

export interface BenchServer {
  url: string;
  data_dir: string;
  address: DatabaseAddress;
  pid: number;
  /** Resolves when the server process has ended for any reason. */
  exited: Promise<unknown>;
  /** Returns the peak resident memory of the server and its worker, in MB. */
  peakMemory(): Promise<{ server_mb: number; worker_mb: number }>;
  /** Resets the peak memory of the server and its worker to their current memory. Rejects if the system is not Linux. */
  forgetPeak(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on `dataDir`, or on a fresh folder that `stop` removes. `fetch` sends the key of the folder to the server. */
export async function startServer(dataDir?: string, settings: Record<string, string> = {}): Promise<BenchServer> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), "skuport-bench-")));
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, "serve", "--port", "0", "--data-dir", folder], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, SKUPORT_LOG_LEVEL: process.env.SKUPORT_LOG_LEVEL ?? "error", ...settings },
  });
  const pid = child.pid as number;
  const exited = once(child, "exit");
  const { url, address } = await ready(folder, child);
  useKey(url, (await readFile(join(folder, "local.key"), "utf8")).trim());
  await workersReady(url);
  return {
    url,
    data_dir: folder,
    address,
    pid,
    exited,
    async peakMemory() {
      const worker = await workerOf(pid);
      return { server_mb: await peakMb(pid), worker_mb: worker === undefined ? 0 : await peakMb(worker) };
    },
    async forgetPeak() {
      // Writing 5 to clear_refs resets VmHWM, the peak resident memory of the process:
      // https://www.kernel.org/doc/html/latest/filesystems/proc.html
      for (const process of [pid, await workerOf(pid)])
        if (process !== undefined) await writeFile(`/proc/${process}/clear_refs`, "5");
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await exited;
      }
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(dataDir: string, child: ChildProcess): Promise<{ url: string; address: DatabaseAddress }> {
  for (;;) {
    if (child.exitCode !== null) throw new Error("the server did not start");
    const holder = await readHolder(dataDir);
    if (holder?.url !== undefined && holder.connection !== undefined)
      return { url: holder.url, address: holder.connection };
    await sleep(20);
  }
}

async function workersReady(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/health/ready`);
    const { workers = 0 } = (await response.json()) as { workers?: number };
    if (workers > 0) return;
    await sleep(50);
  }
}

export async function workerOf(serverPid: number): Promise<number | undefined> {
  for (const pid of await childrenOf(serverPid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.endsWith("\0work\0")) return pid;
  }
  return undefined;
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent) found.push(pid);
  }
  return found;
}

/** Reads VmHWM, the peak resident memory of a process: https://www.kernel.org/doc/html/latest/filesystems/proc.html */
async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000);
}
