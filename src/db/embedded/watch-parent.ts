// PostgreSQL should not outlive us. A process that is killed with SIGKILL can stop nothing itself, so a small shell waits at
// the other end of a pipe: when the pipe closes, by whatever death, it asks PostgreSQL to shut down.
import { spawn } from "node:child_process";
import type { Account } from "./account.ts";

/** Returns the function that calls the watch off; do so before the pid can mean another process. */
export function watchParent(postmasterPid: number, account: Account | undefined): () => void {
  const script = 'read -r _; kill -INT "$1"';
  const shell = spawn("/bin/sh", ["-c", script, "sh", String(postmasterPid)], {
    ...account,
    detached: true, // else Ctrl-C and signals to our process group would end the watch first
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell there is no watch; the next start finds the orphan (see leftovers.ts).
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return () => void shell.kill("SIGKILL");
}
