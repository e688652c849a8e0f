// Stops PostgreSQL when this process dies. A process killed with SIGKILL cannot stop anything itself, so a small shell waits at the other
// end of a pipe. When the pipe closes, for whatever reason, the shell asks PostgreSQL to shut down.
import { spawn } from "node:child_process";
import type { Account } from "./cluster/account.ts";

/** @returns a function that ends the watch; call it before the system can reuse the pid */
export function watchParent(postmasterPid: number, account: Account | undefined): () => void {
  const script = 'read -r _; kill -INT "$1"';
  const shell = spawn("/bin/sh", ["-c", script, "sh", String(postmasterPid)], {
    ...account,
    detached: true, // so that Ctrl-C and other signals to our process group do not end this shell
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell there is no watch; the next start ends the orphan (see leftovers.ts).
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return () => void shell.kill("SIGKILL");
}
