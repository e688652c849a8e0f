// One process owns a data folder at a time, and says in `skuport.lock` who it is, where its server listens and where its
// database is, so that the command line finds both. A lock whose process is gone is taken over; of several takers one wins.
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, realpath, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseAddress } from "./connect.ts";
import { isAlive, readProcessStart } from "./process-identity.ts";

export interface Holder {
  pid: number;
  /** Tells this process from a later one with the same pid. */
  started: string;
  /** Unique to this acquisition. */
  token: string;
  /** What holds the folder, e.g. "skuport serve". */
  command: string;
  /** Of the HTTP server, once it listens. */
  url?: string;
  /** Of the database, once it accepts connections. */
  connection?: DatabaseAddress;
}

export interface DataDir {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Adds to what other processes can read about this one. */
  publish(facts: Pick<Holder, "url" | "connection">): Promise<void>;
  /** Gives the folder up. */
  release(): Promise<void>;
}

/** Another living process holds the data folder. */
export class DataDirBusyError extends Error {
  readonly holder: Holder;
  constructor(data_dir: string, holder: Holder) {
    const where = holder.url === undefined ? "" : ` and serves ${holder.url}`;
    super(
      `The data folder ${data_dir} is in use: ${holder.command} (process ${String(holder.pid)}) holds it${where}. Stop that process first, or set SKUPORT_DATA_DIR to another folder.`,
    );
    this.name = "DataDirBusyError";
    this.holder = holder;
  }
}

/**
 * Makes the folder where it is missing (private to this user) and takes its lock.
 * @param command what to call this process in other processes' messages.
 * @param patience_ms how long a living holder gets to let go: who restarts a server comes while the old one still stops.
 * @throws {DataDirBusyError} when a living process holds it.
 */
export async function acquireDataDir(data_dir: string, command: string, patience_ms = 2000): Promise<DataDir> {
  const give_up_at = performance.now() + patience_ms;
  await mkdir(data_dir, { recursive: true, mode: 0o700 });
  const path = await realpath(data_dir);
  const lock = lockPath(path);
  const me: Holder = { pid: process.pid, started: readProcessStart(process.pid) ?? "", token: randomUUID(), command };
  while (!(await createWhole(lock, me))) {
    const holder = await readLock(lock);
    if (holder === undefined) continue; // released between the two looks
    if (!isAlive(holder) && (await takeOver(lock, holder, me))) break;
    if (performance.now() >= give_up_at) throw new DataDirBusyError(path, (await readLock(lock)) ?? holder);
    await sleep(50);
  }
  const publish = async (facts: Pick<Holder, "url" | "connection">) => {
    Object.assign(me, facts);
    await replaceWhole(lock, me);
  };
  return { path, publish, release: () => unlink(lock).catch(ignoreMissing) };
}

/** Who holds the data folder now; undefined when nobody living does. */
export async function readHolder(data_dir: string): Promise<Holder | undefined> {
  const holder = await readLock(lockPath(data_dir));
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/**
 * Replaces a dead holder's lock by ours. Two takers must not both succeed, and a slow one must not replace the lock of a
 * quick one: so each first creates the claim on that very holder's token, which only one can, and then looks again.
 * A claim whose owner died is claimed in turn.
 */
async function takeOver(lock: string, dead: Holder, me: Holder): Promise<boolean> {
  const claims = [dead.token];
  for (;;) {
    const claim = `${lock}.${claims.at(-1) ?? ""}`;
    if (await createWhole(claim, me)) break;
    const claimant = await readLock(claim);
    if (claimant === undefined || isAlive(claimant)) return false;
    claims.push(claimant.token);
  }
  const unchanged = (await readLock(lock))?.token === dead.token;
  if (unchanged) await replaceWhole(lock, me);
  for (const token of claims.reverse()) await unlink(`${lock}.${token}`).catch(ignoreMissing);
  return unchanged;
}

function lockPath(data_dir: string): string {
  return join(data_dir, "skuport.lock");
}

async function readLock(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Creates the file with all its content at once; false when there is one already. Nobody ever reads half a file. */
async function createWhole(path: string, holder: Holder): Promise<boolean> {
  const draft = await writeDraft(path, holder);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

async function replaceWhole(path: string, holder: Holder): Promise<void> {
  await rename(await writeDraft(path, holder), path);
}

async function writeDraft(path: string, holder: Holder): Promise<string> {
  const draft = `${path}.${randomUUID()}.draft`;
  await writeFile(draft, `${JSON.stringify(holder, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return draft;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
