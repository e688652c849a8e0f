// The default database: a real PostgreSQL from npm, in the data folder, that starts and stops with this process, comes back
// when it dies, and listens on a private Unix socket only. The caller holds the data folder (see data-dir.ts).
import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiskReserve } from "../data-dir/disk-reserve.ts";
import { chooseAccount, EmbeddedError, type Account } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { describeFullDisk, dropBallast, isFull, removeHalfFinished } from "./full-disk.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { endLeftovers } from "./leftovers.ts";
import { readLogTail } from "./postgres-log.ts";
import { startPostmaster, type EmbeddedConnection, type Log, type Plan } from "./postmaster.ts";
import { readResources, tuneSettings } from "./settings.ts";
import { makeSocketDir, removeSocketDir, SOCKET_PORT } from "./socket-dir.ts";

const USER = "skuport";
const DATABASE = "skuport";
// Crashes in a row, without one successful start between them, after which it is not started again.
const MAX_FAILED_STARTS = 5;
// While the disk is full there is no such limit, and the pause doubles up to this.
const LONGEST_PAUSE_MS = 10_000;

export type { EmbeddedConnection, Log } from "./postmaster.ts";

export interface EmbeddedOptions {
  data_dir: string;
  log: Log;
  /** Of the data folder's disk: beside it, a file keeps room for a recovery. Without it there is no such file. */
  disk?: DiskReserve | undefined;
  /** Settings that replace the tuned ones; for tests and measurements. */
  settings?: Record<string, string>;
}

export interface Embedded {
  /** Stays the same when PostgreSQL is restarted. */
  readonly connection: EmbeddedConnection;
  /** Of the postmaster that runs now. */
  readonly pid: number;
  /** PostgreSQL is down because its disk is full. It is started again once there is room. */
  readonly is_disk_full: boolean;
  /** Fast shutdown: open transactions are rolled back, what is committed is on disk. Resolves when PostgreSQL is gone. */
  stop(): Promise<void>;
  /** Resolves when PostgreSQL is gone for good: undefined after stop(), an error when it could not be brought back. */
  readonly exited: Promise<Error | undefined>;
}

/**
 * Starts PostgreSQL on `<data_dir>/postgres`, made on the first start, and resolves when it accepts connections. It runs with
 * our own rights, or as another user when we are root. When it dies it is started again on the same socket, and while its disk is
 * full as soon as there is room.
 * @throws {EmbeddedError} when it cannot run here; the message says what to do.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  await mkdir(options.data_dir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.data_dir);
  try {
    if (await isFull(dataDir)) {
      const removed = await removeHalfFinished(dataDir);
      if (await isFull(dataDir)) await dropBallast(dataDir);
      options.log.warn(
        { data_dir: dataDir, removed },
        "The disk of the data folder is full; removed half-finished files",
      );
    }
    return await startIn(dataDir, options);
  } catch (error) {
    if (!(await isFull(dataDir))) throw error;
    throw new EmbeddedError(await describeFullDisk(dataDir), { cause: error });
  }
}

async function startIn(dataDir: string, options: EmbeddedOptions): Promise<Embedded> {
  const { log, disk } = options;
  const clusterDir = join(dataDir, "postgres");
  const account = chooseAccount(clusterDir);
  const binaries = await findBinaries(account);
  await reportLeftovers(clusterDir, account, log);
  if (!existsSync(clusterDir)) log.info({ cluster_dir: clusterDir }, "Setting up PostgreSQL (once)");
  await ensureCluster({ cluster_dir: clusterDir, binaries, account, user: USER });
  const socketDir = makeSocketDir(clusterDir, account);
  const settings = { ...tuneSettings(readResources(dataDir)), ...options.settings };
  try {
    return await supervise({
      data_dir: dataDir,
      cluster_dir: clusterDir,
      socket_dir: socketDir,
      account,
      binaries,
      settings,
      log,
      disk,
    });
  } catch (error) {
    removeSocketDir(socketDir);
    throw error;
  }
}

async function supervise(plan: Plan): Promise<Embedded> {
  const { log, cluster_dir } = plan;
  const connection = { host: plan.socket_dir, port: SOCKET_PORT, user: USER, database: DATABASE };
  let postmaster = await startPostmaster(plan, connection);
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  let isDiskFull = false;
  const stopHousekeeping = startHousekeeping(plan.data_dir, plan.disk, log);

  const keepRunning = async (): Promise<Error | undefined> => {
    for (let failures = 0; ;) {
      await postmaster.gone;
      if (isStopping()) return undefined;
      if (failures === MAX_FAILED_STARTS)
        return new EmbeddedError(`PostgreSQL does not come back. It says:\n${readLogTail(plan.data_dir)}`);
      log.warn({ pid: postmaster.pid }, "PostgreSQL has died; starting it again");
      isDiskFull = await makeRoom(plan, stopping.signal, () => (isDiskFull = true));
      if (isStopping()) return undefined;
      try {
        await reportLeftovers(cluster_dir, plan.account, log);
        postmaster = await startPostmaster(plan, connection);
        failures = 0;
        isDiskFull = false;
        log.info({ pid: postmaster.pid }, "PostgreSQL is back");
      } catch (error) {
        if (!(await isFull(plan.data_dir))) failures++;
        log.error({ err: error }, "PostgreSQL did not start");
        await pause(200 * Math.max(failures, 1), stopping.signal);
      }
      // A stop that came while there was nothing to stop.
      if (isStopping()) postmaster.process.kill("SIGINT");
    }
  };
  const exited = keepRunning().finally(() => {
    stopHousekeeping();
    removeSocketDir(plan.socket_dir);
  });
  const stop = async () => {
    stopping.abort();
    postmaster.process.kill("SIGINT");
    // Beyond a minute something hangs; the immediate shutdown costs a recovery at the next start, no data.
    const impatience = setTimeout(() => postmaster.process.kill("SIGQUIT"), 60_000);
    await exited.finally(() => {
      clearTimeout(impatience);
    });
  };
  return {
    connection,
    get pid() {
      return postmaster.pid;
    },
    get is_disk_full() {
      return isDiskFull;
    },
    stop,
    exited,
  };
}

/** Resolves when the disk has room for a start, or on the signal; true when it was full. */
async function makeRoom({ data_dir, log }: Plan, signal: AbortSignal, onFull: () => void): Promise<boolean> {
  if (!(await isFull(data_dir))) return false;
  onFull();
  await dropBallast(data_dir);
  if (await isFull(data_dir)) log.error({}, `${await describeFullDisk(data_dir)}\nWaiting for room.`);
  for (
    let pauseMs = 500;
    !signal.aborted && (await isFull(data_dir));
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  )
    await pause(pauseMs, signal);
  return true;
}

/** Ends early on the signal. */
const pause = (pauseMs: number, signal: AbortSignal): Promise<unknown> =>
  sleep(pauseMs, undefined, { signal }).catch(() => undefined);

async function reportLeftovers(clusterDir: string, account: Account | undefined, log: Log): Promise<void> {
  const pids = await endLeftovers(clusterDir, account);
  if (pids.length > 0) log.warn({ pids }, "Ended an earlier PostgreSQL that was still running on the data folder");
}
