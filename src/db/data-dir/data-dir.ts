// Locks the data folder for one process at a time. The lock file `skuport.lock` contains the process, the URL of its server and its
// database, so that commands find the server and the database. A process takes over the lock of a dead process; if several try, only one
// succeeds.
import { mkdir, readdir, realpath, stat, unlink } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isListening, openHolderSocket, removeSocket, socketPath } from "./holder-socket.ts";
import { createLock, DataDirError, readLock, replaceLock, type Holder } from "./lock-file.ts";
import { isAlive, readProcessStart } from "./process-identity.ts";

export type { Holder } from "./lock-file.ts";

export interface DataDir {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Adds facts about this process to its lock file, where other processes can read them. */
  publish(facts: Pick<Holder, "url" | "connection">): Promise<void>;
  /** Releases the lock. */
  release(): Promise<void>;
}

/** Another live process holds the lock of the data folder. */
export class DataDirBusyError extends Error {
  readonly holder: Holder;
  constructor(dataDir: string, holder: Holder) {
    const where = holder.url === undefined ? "" : `, which serves ${holder.url}`;
    super(
      isAlive(holder)
        ? `The data folder ${dataDir} is in use by ${holder.command} (process ${String(holder.pid)})${where}. Stop that process, or set SKUPORT_DATA_DIR to another folder.`
        : `The data folder ${dataDir} is in use by ${holder.command} in another container${where}. Run this command in that container, or stop the container first.`,
    );
    this.name = "DataDirBusyError";
    this.holder = holder;
  }
}

/**
 * Locks the folder. Creates it if it is missing, private to this user.
 * @param command the name of this process in other processes' messages
 * @param patienceMs how long to wait for a live holder: during a restart, the old server may still be stopping
 * @throws {DataDirBusyError} when a live process holds the lock
 * @throws {DataDirError} when the folder or its lock cannot be used; the message contains the remedy
 */
export async function acquireDataDir(dataDir: string, command: string, patienceMs = 2000): Promise<DataDir> {
  const giveUpAt = performance.now() + patienceMs;
  const path = await openFolder(dataDir);
  const lock = lockPath(path);
  const me: Holder = { pid: process.pid, started: readProcessStart(process.pid) ?? "", token: randomUUID(), command };
  // Open the socket first: a process of another container may read the lock as soon as it exists.
  const socket = await openHolderSocket(lock, me.token);
  try {
    while (!(await createLock(lock, me))) {
      const holder = await readLock(lock);
      if (holder === undefined) continue; // the holder has released the lock in the meantime
      if (!(await isHeld(lock, holder)) && (await takeOver(lock, holder, me))) break;
      if (performance.now() >= giveUpAt) throw new DataDirBusyError(path, (await readLock(lock)) ?? holder);
      await sleep(50);
    }
  } catch (error) {
    await socket?.close();
    throw error;
  }
  await removeOldFiles(path, socketPath(lock, me.token));
  const publish = async (facts: Pick<Holder, "url" | "connection">) => {
    Object.assign(me, facts);
    await replaceLock(lock, me);
  };
  const release = async (): Promise<void> => {
    await unlink(lock).catch(ignoreMissing);
    await socket?.close();
  };
  return { path, publish, release };
}

/** Whether the holder is alive, in this container or in another one. */
const isHeld = async (lock: string, holder: Holder): Promise<boolean> =>
  isAlive(holder) || (await isListening(lock, holder.token));

/** The live process of this computer or container that holds the lock of the data folder, if any. */
export async function readHolder(dataDir: string): Promise<Holder | undefined> {
  const holder = await readLock(lockPath(dataDir));
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/**
 * Replaces a dead holder's lock with ours. If several processes try this, only one may succeed: a slow process must not replace the lock
 * that a fast process has just taken. So each process first tries to create a claim file that is named after the dead holder's token. Only
 * one process succeeds, and this process then reads the lock again. If the owner of a claim file has died, another process claims that
 * file in the same way.
 */
async function takeOver(lock: string, dead: Holder, me: Holder): Promise<boolean> {
  const claims = [dead.token];
  for (;;) {
    const claim = `${lock}.${claims.at(-1) ?? ""}`;
    if (await createLock(claim, me)) break;
    const claimant = await readLock(claim);
    if (claimant === undefined || (await isHeld(lock, claimant))) return false;
    if (claims.includes(claimant.token)) throw new DataDirError(`${claim} is damaged. Delete it and start again.`);
    claims.push(claimant.token);
  }
  const unchanged = (await readLock(lock))?.token === dead.token;
  if (unchanged) await replaceLock(lock, me);
  for (const token of claims.reverse()) {
    await removeSocket(lock, token);
    await unlink(`${lock}.${token}`).catch(ignoreMissing);
  }
  return unchanged;
}

/** Creates the folder if it is missing and returns its absolute path. */
async function openFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await realpath(dataDir);
  } catch (cause) {
    throw new DataDirError(
      `The data folder ${dataDir} cannot be used: ${(cause as Error).message}. Set SKUPORT_DATA_DIR to a folder that this user can write to.`,
      { cause },
    );
  }
}

const FILE_MAX_AGE_MS = 600_000;

/** Removes old drafts of the lock file, and old sockets. They belong to processes that were killed before they could delete or rename
 * them. Recent ones may still be in use, and so is `ownSocket`. */
async function removeOldFiles(dataDir: string, ownSocket: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => /^skuport\.lock\..*\.(draft|sock)$/.test(name));
  for (const path of names.map((name) => join(dataDir, name))) {
    const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity;
    if (path !== ownSocket && modified < Date.now() - FILE_MAX_AGE_MS) await unlink(path).catch(ignoreMissing);
  }
}

function lockPath(dataDir: string): string {
  return join(dataDir, "skuport.lock");
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
