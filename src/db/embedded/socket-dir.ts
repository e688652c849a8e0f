// Creates the private folder of the Unix socket. The socket is the only way to connect to the embedded PostgreSQL, so the folder's
// mode controls access.
import { chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isReachable, type Account } from "./cluster/account.ts";
import { getUid, nameCluster } from "./cluster/cluster-name.ts";

/** Part of the socket file's name; no TCP port is opened. */
export const SOCKET_PORT = 5432;
const SOCKET_FILE = `.s.PGSQL.${String(SOCKET_PORT)}`;
// sun_path holds 108 bytes on Linux and 104 on macOS, with the final NUL.
const MAX_SOCKET_PATH = 103;

/**
 * Creates the folder, accessible only to this account and root. Each start of a cluster uses the same path, so that workers in other
 * processes find a restarted PostgreSQL. The folder is outside the data folder, because the path of the data folder may be too long for a
 * socket.
 */
export function makeSocketDir(clusterDir: string, account: Account | undefined): string {
  const name = nameCluster(clusterDir, account);
  const parent = chooseParent(name, account);
  const path = join(parent, name);
  const dir = claim(path, getUid(account)) ? path : mkdtempSync(join(parent, "skuport-"));
  if (account !== undefined) chownSync(dir, account.uid, account.gid);
  // An old lock file whose pid another process has reused would prevent a start of PostgreSQL.
  for (const file of [SOCKET_FILE, `${SOCKET_FILE}.lock`]) rmSync(join(dir, file), { force: true });
  return dir;
}

export function removeSocketDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

function chooseParent(name: string, account: Account | undefined): string {
  const parent = tmpdir();
  const fits = Buffer.byteLength(join(parent, name, SOCKET_FILE)) <= MAX_SOCKET_PATH;
  return fits && isReachable(parent, account) ? parent : "/tmp";
}

/** Creates the folder or uses the existing one of this user. Returns false if something else is at this predictable path. */
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
