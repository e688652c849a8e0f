// Identifies processes. The system reuses pids, so a pid alone does not prove that the same process still runs.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** An opaque start time that differs between two processes with the same pid; undefined if the process has ended. */
export function readProcessStart(pid: number): string | undefined {
  return process.platform === "linux" ? readLinuxStart(pid) : readStartByPs(pid);
}

/** True if the process that `identity` describes is still running. Another process with the same pid does not count. */
export function isAlive(identity: { pid: number; started: string }): boolean {
  return readProcessStart(identity.pid) === identity.started;
}

/** True if a live process has this pid, even a process of another user. */
export function pidExists(pid: number): boolean {
  // Do not test the pid with a signal: that also succeeds for a zombie, which may never be collected in a container.
  if (process.platform === "linux") return readLinuxStart(pid) !== undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readLinuxStart(pid: number): string | undefined {
  try {
    // Split after the command's closing parenthesis, because the command may contain spaces. State is field 3, start time field 22.
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    // The start time counts ticks since boot and can repeat after a reboot, hence the boot id.
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${fields[19] ?? ""}`;
  } catch {
    return undefined;
  }
}

function readStartByPs(pid: number): string | undefined {
  if (!pidExists(pid)) return undefined;
  try {
    const started = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    return started.trim() || undefined;
  } catch {
    return process.platform === "win32" ? "" : undefined; // Windows has no ps: only the pid is compared
  }
}
