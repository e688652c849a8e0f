// Which process a pid means: numbers are used again, so a pid alone does not say that the process of then is still there.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** When the process started, in an opaque form that differs between two processes with the same pid; undefined when it is gone. */
export function readProcessStart(pid: number): string | undefined {
  return process.platform === "linux" ? readLinuxStart(pid) : readStartByPs(pid);
}

/** Whether the very process that was described is still running. */
export function isAlive(identity: { pid: number; started: string }): boolean {
  return readProcessStart(identity.pid) === identity.started;
}

/** Whether a living process has this pid, also one of another user. */
export function pidExists(pid: number): boolean {
  // A signal reaches the dead as well, as long as their parent has not collected them (in a container: perhaps never).
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
    // Fields after the command's closing parenthesis (the command may hold blanks): state is the 3rd of all, start the 22nd.
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    // Ticks since boot repeat after a boot, hence the boot's id.
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
    return process.platform === "win32" ? "" : undefined; // no ps there: the pid has to do
  }
}
