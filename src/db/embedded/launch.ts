// Starts PostgreSQL's programs on a cluster folder under the chosen account, with an environment of our own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import type { Account } from "./account.ts";

export interface Launch {
  program: string;
  args: readonly string[];
  cluster_dir: string;
  account: Account | undefined;
  /** File descriptor that takes the program's output. */
  output: number;
}

/**
 * Spawns `program -D <cluster> …args`. Rejects when it cannot be started at all.
 *
 * Where root lends another account (Linux), the cluster is handed over as an open descriptor: /proc/self/fd/3 leads to it
 * without passing the folders above, which may be closed to that account. Child processes inherit the descriptor.
 */
export async function launch({ program, args, cluster_dir, account, output }: Launch): Promise<ChildProcess> {
  const byDescriptor = account !== undefined && process.platform === "linux";
  const folder = byDescriptor ? openSync(cluster_dir, constants.O_RDONLY | constants.O_DIRECTORY) : undefined;
  try {
    const child = spawn(program, ["-D", folder === undefined ? cluster_dir : "/proc/self/fd/3", ...args], {
      ...account,
      // Own session: Ctrl-C on our terminal is for us, we stop PostgreSQL when its users are done.
      detached: true,
      // Nothing of ours: PGPORT, PGDATA and the like would change what these programs do.
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
