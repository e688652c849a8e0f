// Identifies processes. The system reuses pids, so a pid alone does not prove that the same process still runs.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** An opaque start time that differs between two processes with the same pid; undefined if the process has ended. */
export function readProcessStart(pid: number): string | undefined {
  return process.platform === "linux" ? readLinuxStart(pid) : readStartByPs(pid);
}

/** True if the process that `identity` describes is still running. Another process with the same pid does not count. */
export function isAlive(identity: { pid: number; started: string }): boolean {
  const found = readProcessStart(identity.pid);
  return found !== undefined && isSameStart(found, identity.started);
}

/** Maximum difference between two readings of the time of the same boot, because the system's clock may be corrected between them. */
const CLOCK_CORRECTION_S = 10;

/** Compares two start times. Processes of the same boot can read different boot ids: systemd-nspawn and LXC mount a boot id of their own
 * over the kernel's, but a service with a /proc of its own (`ProtectProc`) reads the kernel's. If the ids differ, the times of the boots
 * are compared. */
function isSameStart(one: string, other: string): boolean {
  if (one === other) return true;
  const [boot, ticks, bootTime] = one.split("/");
  const [otherBoot, otherTicks, otherBootTime] = other.split("/");
  if (ticks === undefined || ticks !== otherTicks) return false;
  return boot === otherBoot || Math.abs(Number(bootTime) - Number(otherBootTime)) <= CLOCK_CORRECTION_S;
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
    // The start time counts ticks since boot and can repeat after a reboot, hence the boot id and the time of the boot.
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const bootTime = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "";
    return `${boot}/${fields[19] ?? ""}/${bootTime}`;
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
