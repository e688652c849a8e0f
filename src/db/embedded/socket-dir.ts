// The private folder of the Unix socket: the only way to the embedded PostgreSQL, so its mode is the access control.
import { chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isReachable, type Account } from "./account.ts";
import { getUid, nameCluster } from "./cluster-name.ts";

/** Only names the socket file; no TCP port is opened. */
export const SOCKET_PORT = 5432;
const SOCKET_FILE = `.s.PGSQL.${String(SOCKET_PORT)}`;
// sun_path holds 108 bytes on Linux and 104 on macOS, with the final NUL.
const LONGEST_SOCKET_PATH = 103;

/**
 * Makes the folder, for this account and root alone. The same cluster gets the same path each time, so that a worker in another
 * process finds a restarted PostgreSQL without being told. Not inside the data folder: that path may be too long for a socket.
 */
export function makeSocketDir(clusterDir: string, account: Account | undefined): string {
  const name = nameCluster(clusterDir, account);
  const parent = chooseParent(name, account);
  const path = join(parent, name);
  const dir = claim(path, getUid(account)) ? path : mkdtempSync(join(parent, "skuport-"));
  if (account !== undefined) chownSync(dir, account.uid, account.gid);
  // A leftover whose lock names a pid that some other process has by now would keep PostgreSQL from starting.
  for (const file of [SOCKET_FILE, `${SOCKET_FILE}.lock`]) rmSync(join(dir, file), { force: true });
  return dir;
}

export function removeSocketDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

function chooseParent(name: string, account: Account | undefined): string {
  const parent = tmpdir();
  const fits = Buffer.byteLength(join(parent, name, SOCKET_FILE)) <= LONGEST_SOCKET_PATH;
  return fits && isReachable(parent, account) ? parent : "/tmp";
}

/** False when somebody else has put something at this well-known place. */
function claim(path: string, uid: number): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o777) === 0o700;
  }
}
