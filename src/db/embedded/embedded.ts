// The default database: a real PostgreSQL from npm with its files in the data folder. It starts and stops with this process, is restarted
// when it dies, and listens only on a private Unix socket. The caller holds the lock of the data folder (see data-dir.ts).
import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiskReserve } from "../data-dir/disk-reserve.ts";
import { chooseAccount, EmbeddedError, type Account } from "./cluster/account.ts";
import { findBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster/cluster.ts";
import { describeFullDisk, dropBallast, isFull, removeUnfinished } from "./full-disk.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { endLeftovers } from "./leftovers.ts";
import { readLogTail } from "./postgres-log.ts";
import { startPostmaster, type EmbeddedConnection, type Log, type Plan } from "./postmaster.ts";
import { readResources, tuneSettings } from "./settings.ts";
import { makeSocketDir, removeSocketDir, SOCKET_PORT } from "./socket-dir.ts";

const USER = "skuport";
const DATABASE = "skuport";
// Number of failed starts in a row after which PostgreSQL is not restarted again.
const MAX_FAILED_STARTS = 5;
// Longest pause between checks of a full disk. The number of checks is not limited.
const LONGEST_PAUSE_MS = 10_000;

export type { EmbeddedConnection, Log } from "./postmaster.ts";

export interface EmbeddedOptions {
  data_dir: string;
  log: Log;
  /** The space to keep free on the data folder's disk. If given, a ballast file also reserves space for a recovery (full-disk.ts). */
  disk?: DiskReserve | undefined;
  /** Settings that override the tuned ones, for tests and benchmarks. */
  settings?: Record<string, string>;
}

export interface Embedded {
  /** How to connect. This does not change when PostgreSQL restarts. */
  readonly connection: EmbeddedConnection;
  /** The pid of the current postmaster. */
  readonly pid: number;
  /** PostgreSQL is down because its disk is full. It restarts when space is free. */
  readonly is_disk_full: boolean;
  /** Stops PostgreSQL with a fast shutdown: open transactions are rolled back, and committed data is on disk. Resolves when PostgreSQL
   * has exited. */
  stop(): Promise<void>;
  /** Resolves when PostgreSQL has exited for good: with undefined after stop(), with an error if it could not be restarted. */
  readonly exited: Promise<Error | undefined>;
}

/**
 * Starts PostgreSQL on `<data_dir>/postgres`, which the first start creates, and resolves when it accepts connections. PostgreSQL runs
 * under our account, or under another account if we are root. If PostgreSQL dies, this process restarts it on the same socket. If the disk
 * is full, the restart waits until space is free.
 * @throws {EmbeddedError} when it cannot run here; the message contains the remedy
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  await mkdir(options.data_dir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.data_dir);
  try {
    if (await isFull(dataDir)) {
      const removed = await removeUnfinished(dataDir);
      if (await isFull(dataDir)) await dropBallast(dataDir);
      options.log.warn({ data_dir: dataDir, removed }, "disk of the data folder is full; removed unfinished files");
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
  if (!existsSync(clusterDir)) log.info({ cluster_dir: clusterDir }, "setting up PostgreSQL, first start only");
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
        return new EmbeddedError(
          `PostgreSQL could not be restarted. The end of its log:\n${readLogTail(plan.data_dir)}`,
        );
      log.warn({ pid: postmaster.pid }, "PostgreSQL died; restarting");
      isDiskFull = await waitForSpace(plan, stopping.signal, () => (isDiskFull = true));
      if (isStopping()) return undefined;
      try {
        await reportLeftovers(cluster_dir, plan.account, log);
        postmaster = await startPostmaster(plan, connection);
        failures = 0;
        isDiskFull = false;
        log.info({ pid: postmaster.pid }, "PostgreSQL restarted");
      } catch (error) {
        if (!(await isFull(plan.data_dir))) failures++;
        log.error({ err: error }, "PostgreSQL failed to start");
        await pause(200 * Math.max(failures, 1), stopping.signal);
      }
      // If stop() was called while PostgreSQL was starting, stop() signalled the previous process only. Stop the new process here.
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
    // If PostgreSQL has not stopped after a minute, assume that it hangs. An immediate shutdown loses no data, but the next start needs a
    // recovery.
    const killTimer = setTimeout(() => postmaster.process.kill("SIGQUIT"), 60_000);
    await exited.finally(() => {
      clearTimeout(killTimer);
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

/** Waits until the disk has space to start PostgreSQL, or until the signal aborts. Resolves with true if the disk was full. */
async function waitForSpace({ data_dir, log }: Plan, signal: AbortSignal, onFull: () => void): Promise<boolean> {
  if (!(await isFull(data_dir))) return false;
  onFull();
  await dropBallast(data_dir);
  if (await isFull(data_dir)) log.error({}, `${await describeFullDisk(data_dir)}\nWaiting for free space.`);
  for (
    let pauseMs = 500;
    !signal.aborted && (await isFull(data_dir));
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  )
    await pause(pauseMs, signal);
  return true;
}

/** Resolves after the pause, or earlier if the signal aborts. */
const pause = (pauseMs: number, signal: AbortSignal): Promise<unknown> =>
  sleep(pauseMs, undefined, { signal }).catch(() => undefined);

async function reportLeftovers(clusterDir: string, account: Account | undefined, log: Log): Promise<void> {
  const pids = await endLeftovers(clusterDir, account);
  if (pids.length > 0) log.warn({ pids }, "ended a PostgreSQL that an earlier process left running on the data folder");
}
