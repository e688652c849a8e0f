// Ends what an earlier PostgreSQL left on a cluster: a postmaster whose parent was killed, backends whose postmaster was
// killed, a pid file that names nobody of ours. Until then PostgreSQL refuses to start there.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pidExists } from "../process-identity.ts";
import { EmbeddedError } from "./account.ts";

/** The pids it ended; empty as a rule. The caller holds the data folder, so nothing that is found can be in rightful use. */
export async function endLeftovers(cluster_dir: string): Promise<number[]> {
  const postmaster = readPostmasterPid(cluster_dir);
  const ours = postmaster !== undefined && worksOn(postmaster, cluster_dir) ? postmaster : undefined;
  // Fast shutdown: transactions roll back, what is committed is flushed, so that no recovery is needed.
  if (ours !== undefined) await end(ours, ["SIGINT", "SIGQUIT", "SIGKILL"]);
  const backends = listWorkersOn(cluster_dir);
  // Backends without a postmaster: they may not checkpoint, only go.
  await Promise.all(backends.map((pid) => end(pid, ["SIGQUIT", "SIGKILL"])));
  // PostgreSQL would take any process that by now has the pid for a postmaster, and refuse.
  rmSync(join(cluster_dir, "postmaster.pid"), { force: true });
  return ours === undefined ? backends : [ours, ...backends];
}

async function end(pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
      throw new EmbeddedError(
        `An earlier PostgreSQL (process ${String(pid)}) still runs on this data folder and belongs to another user. Stop it, then start again.`,
        { cause: error },
      );
    }
    // A fast shutdown writes up to shared_buffers to disk: seconds on a slow one.
    for (let waited_ms = 0; waited_ms < 20_000; waited_ms += 20) {
      if (!pidExists(pid)) return;
      await sleep(20);
    }
  }
}

function readPostmasterPid(cluster_dir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(cluster_dir, "postmaster.pid"), "utf8"), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Every process of PostgreSQL works in its cluster's folder; Linux shows it, elsewhere the command line has to do. */
function worksOn(pid: number, cluster_dir: string): boolean {
  try {
    if (process.platform === "linux") return readlinkSync(`/proc/${String(pid)}/cwd`) === cluster_dir && isPostgres(pid);
    const command = execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return command.includes(cluster_dir);
  } catch {
    return false; // gone, or not ours to look at
  }
}

/** Not only somebody's shell that happens to stand in the folder. */
function isPostgres(pid: number): boolean {
  return readFileSync(`/proc/${String(pid)}/comm`, "utf8").startsWith("postgres");
}

/** Linux only: elsewhere backends without a postmaster are waited for (they end by themselves when they next look). */
function listWorkersOn(cluster_dir: string): number[] {
  if (process.platform !== "linux") return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => worksOn(pid, cluster_dir));
}
