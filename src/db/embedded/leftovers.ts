// Removes leftovers of an earlier PostgreSQL that would prevent a new one from starting on the same cluster: a postmaster whose parent
// was killed, backends whose postmaster was killed, a stale pid file.
import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pidExists } from "../data-dir/process-identity.ts";
import type { Account } from "./cluster/account.ts";
import { getUid, nameCluster } from "./cluster/cluster-name.ts";

/** Ends PostgreSQL processes that an earlier Skuport process left running, and returns their pids. Usually there are none. The caller holds
 * the lock of the data folder, so no other Skuport process uses them. */
export async function endLeftovers(clusterDir: string, account: Account | undefined): Promise<number[]> {
  const pids = listProcessesOf(clusterDir, account);
  const postmaster = readPostmasterPid(clusterDir);
  // Fast shutdown: rolls back transactions and flushes committed data, so that no recovery is needed.
  if (postmaster !== undefined && pids.includes(postmaster)) await end(postmaster, ["SIGINT", "SIGQUIT", "SIGKILL"]);
  // Backends without a postmaster cannot continue.
  await Promise.all(listProcessesOf(clusterDir, account).map((pid) => end(pid, ["SIGQUIT", "SIGKILL"])));
  // PostgreSQL would take any process that has reused the pid for a postmaster, and refuse to start.
  rmSync(join(clusterDir, "postmaster.pid"), { force: true, recursive: true });
  return pids;
}

async function end(pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
      throw error;
    }
    // A fast shutdown writes all changed pages of PostgreSQL's shared buffers to disk, which takes seconds on a slow disk.
    for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 20) {
      if (!pidExists(pid)) return;
      await sleep(20);
    }
  }
}

function readPostmasterPid(clusterDir: string): number | undefined {
  const path = join(clusterDir, "postmaster.pid");
  try {
    // Check the type first: if this is a named pipe, opening it would block until another process writes to it.
    return lstatSync(path).isFile() ? Number.parseInt(readFileSync(path, "utf8"), 10) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Recognizes the postmaster by the cluster's name among its arguments, and backends by the name in their titles. The working folder of a
 * process does not help: without CAP_SYS_PTRACE, as in a container, root cannot read it for a process of another user.
 */
function listProcessesOf(clusterDir: string, account: Account | undefined): number[] {
  const name = nameCluster(clusterDir, account);
  const uid = getUid(account);
  const processes = process.platform === "linux" ? listLinuxProcesses(uid) : listProcessesByPs(uid);
  const ours = processes.filter(
    ({ command }) => command.includes(`cluster_name=${name}`) || command.startsWith(`postgres: ${name}:`),
  );
  return ours.map(({ pid }) => pid).filter(pidExists);
}

interface Process {
  pid: number;
  command: string;
}

function listLinuxProcesses(uid: number): Process[] {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.flatMap((pid) => {
    try {
      if (statSync(`/proc/${pid}`).uid !== uid) return [];
      return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, "utf8") }];
    } catch {
      return []; // ended in the meantime
    }
  });
}

function listProcessesByPs(uid: number): Process[] {
  const table = execFileSync("/bin/ps", ["-axww", "-o", "pid=,uid=,command="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
  });
  return table.split("\n").flatMap((line) => {
    const [, pid, owner, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(owner) === uid && command !== undefined ? [{ pid: Number(pid), command }] : [];
  });
}
