// Whose rights the embedded PostgreSQL runs with. It refuses to run as root, and rightly: so root lends it another account,
// and what that account could not reach by path is handed over in other ways (see root-access.md in docs/decisions).
import { lstatSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";

export interface Account {
  uid: number;
  gid: number;
}

/** The embedded PostgreSQL cannot run here. The message says why and what to do. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";
}

/**
 * The account PostgreSQL has to be started under, or undefined for our own. As root: the owner of the cluster if there is one
 * (so that nothing ever changes hands), else `postgres`, else `nobody`; initdb insists on an entry in the user database.
 * @throws {EmbeddedError}
 */
export function chooseAccount(clusterDir: string): Account | undefined {
  if (process.getuid?.() !== 0) {
    requireOwnName();
    return undefined;
  }
  const owner = lstatSync(clusterDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = findAccount("postgres") ?? findAccount("nobody");
  if (account !== undefined) return account;
  throw new EmbeddedError(
    "PostgreSQL refuses to run as root, and /etc/passwd has neither a user postgres nor nobody to run it as. Add one, start as an ordinary user, or set DATABASE_URL.",
  );
}

/** Whether the account can get to the path: every folder on the way lets others through. undefined = our own account. */
export function isReachable(path: string, account: Account | undefined): boolean {
  if (account === undefined) return true;
  const { uid, gid, mode } = statSync(path);
  const execute = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & execute) !== 0 && (path === dirname(path) || isReachable(dirname(path), account));
}

function requireOwnName(): void {
  try {
    userInfo();
  } catch (cause) {
    throw new EmbeddedError(
      `The user id ${String(process.getuid?.())} has no entry in /etc/passwd, without which PostgreSQL cannot be set up. Add one, start as a named user, or set DATABASE_URL.`,
      { cause },
    );
  }
}

function findAccount(name: string): Account | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined || uid === "0" ? undefined : { uid: Number(uid), gid: Number(gid) };
}
