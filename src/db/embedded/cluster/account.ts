// Chooses the account that the embedded PostgreSQL runs under. PostgreSQL refuses to run as root, so root starts it under another account.
// If this account cannot reach the cluster or the programs by path, see docs/decisions/0002-postgresql-under-root.md.
import { lstatSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";

/** Users that root starts PostgreSQL under. */
const FALLBACK_USERS = ["postgres", "nobody"];

export interface Account {
  uid: number;
  gid: number;
}

/** The embedded PostgreSQL cannot run here. The message gives the reason and what to do. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";
}

/**
 * Returns the account to start PostgreSQL under, or undefined for our own. For root: the owner of an existing cluster (so that the cluster
 * keeps its owner), or else the first of FALLBACK_USERS that exists. initdb requires an entry in the user database.
 * @throws {EmbeddedError}
 */
export function chooseAccount(clusterDir: string): Account | undefined {
  if (process.getuid?.() !== 0) {
    requireOwnName();
    return undefined;
  }
  const owner = lstatSync(clusterDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = FALLBACK_USERS.map(findAccount).find((found) => found !== undefined);
  if (account !== undefined) return account;
  throw new EmbeddedError(
    `PostgreSQL refuses to run as root, and /etc/passwd has no user ${FALLBACK_USERS.join(" or ")} to run it as. Add one of them, start Skuport as an ordinary user, or set DATABASE_URL.`,
  );
}

/** True if the account can enter every folder on the path. undefined = our own account. */
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
      `The user id ${String(process.getuid?.())} has no entry in /etc/passwd, which PostgreSQL needs. Add one, start Skuport as a named user, or set DATABASE_URL.`,
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
