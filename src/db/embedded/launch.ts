// Starts PostgreSQL's programs on a cluster folder, under the chosen account and with a minimal environment.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import type { Account } from "./cluster/account.ts";

export interface Launch {
  program: string;
  args: readonly string[];
  cluster_dir: string;
  account: Account | undefined;
  /** File descriptor for the program's output. */
  output: number;
}

/**
 * Spawns `program -D <cluster> …args`. Rejects if the program cannot be started.
 *
 * If root starts it under another account (on Linux), the cluster is passed as an open descriptor. The account may not be allowed to
 * enter the folders above the cluster, and /proc/self/fd/3 avoids them. Child processes inherit the descriptor.
 */
export async function launch({ program, args, cluster_dir, account, output }: Launch): Promise<ChildProcess> {
  const byDescriptor = account !== undefined && process.platform === "linux";
  const folder = byDescriptor ? openSync(cluster_dir, constants.O_RDONLY | constants.O_DIRECTORY) : undefined;
  try {
    const child = spawn(program, ["-D", folder === undefined ? cluster_dir : "/proc/self/fd/3", ...args], {
      ...account,
      // Start a separate session, so that Ctrl-C on our terminal does not reach PostgreSQL. We stop PostgreSQL after its clients.
      detached: true,
      // Do not pass our environment: PGPORT, PGDATA and similar variables would change the behaviour of these programs.
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
      cwd: "/",
      stdio: ["ignore", output, output, ...(folder === undefined ? [] : [folder])],
    });
    await once(child, "spawn");
    return child;
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}
