// The default database: a real PostgreSQL from npm, in the data folder, that starts and stops with this process, comes back
// when it dies, and listens on a private Unix socket only. The caller holds the data folder (see data-dir.ts).
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { chooseAccount, EmbeddedError, type Account } from "./embedded/account.ts";
import { findBinaries, type Binaries } from "./embedded/binaries.ts";
import { ensureCluster } from "./embedded/cluster.ts";
import { nameCluster } from "./embedded/cluster-name.ts";
import { launch } from "./embedded/launch.ts";
import { endLeftovers } from "./embedded/leftovers.ts";
import { readResources, tuneSettings } from "./embedded/settings.ts";
import { makeSocketDir, removeSocketDir, SOCKET_PORT } from "./embedded/socket-dir.ts";
import { watchParent } from "./embedded/watch-parent.ts";

const USER = "skuport";
const DATABASE = "skuport";
// Crashes in a row, without one successful start between them, after which it is not started again.
const MAX_FAILED_STARTS = 5;
const MAX_LOG_BYTES = 10 * 1024 ** 2;

export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface EmbeddedOptions {
  data_dir: string;
  log: Log;
  /** Settings that replace the tuned ones; for tests and measurements. */
  settings?: Record<string, string>;
}

export interface EmbeddedConnection {
  /** The socket's folder. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface Embedded {
  /** Stays the same when PostgreSQL is restarted. */
  readonly connection: EmbeddedConnection;
  /** Of the postmaster that runs now. */
  readonly pid: number;
  /** Fast shutdown: open transactions are rolled back, what is committed is on disk. Resolves when PostgreSQL is gone. */
  stop(): Promise<void>;
  /** Resolves when PostgreSQL is gone for good: undefined after stop(), an error when it could not be brought back. */
  readonly exited: Promise<Error | undefined>;
}

/**
 * Starts PostgreSQL on `<data_dir>/postgres`, made on the first start, and resolves when it accepts connections. It runs with
 * our own rights, or as another user when we are root. When it dies it is started again on the same socket.
 * @throws {EmbeddedError} when it cannot run here; the message says what to do.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { log } = options;
  await mkdir(options.data_dir, { recursive: true, mode: 0o700 });
  const data_dir = await realpath(options.data_dir);
  const cluster_dir = join(data_dir, "postgres");
  const account = chooseAccount(cluster_dir);
  const binaries = await findBinaries(account);
  await reportLeftovers(cluster_dir, account, log);
  if (!existsSync(cluster_dir)) log.info({ cluster_dir }, "Setting up PostgreSQL (once)");
  await ensureCluster({ cluster_dir, binaries, account, user: USER });
  const socket_dir = makeSocketDir(cluster_dir, account);
  const settings = { ...tuneSettings(readResources(data_dir)), ...options.settings };
  try {
    return await supervise({ data_dir, cluster_dir, socket_dir, account, binaries, settings, log });
  } catch (error) {
    removeSocketDir(socket_dir);
    throw error;
  }
}

interface Plan {
  data_dir: string;
  cluster_dir: string;
  socket_dir: string;
  account: Account | undefined;
  binaries: Binaries;
  settings: Record<string, string>;
  log: Log;
}

async function supervise(plan: Plan): Promise<Embedded> {
  const { log, cluster_dir } = plan;
  const connection = { host: plan.socket_dir, port: SOCKET_PORT, user: USER, database: DATABASE };
  let postmaster = await startPostmaster(plan, connection);
  let stopping = false;
  const isStopping = () => stopping;

  const keepRunning = async (): Promise<Error | undefined> => {
    for (let failures = 0; ;) {
      await postmaster.gone;
      if (isStopping()) return undefined;
      if (failures === MAX_FAILED_STARTS)
        return new EmbeddedError(`PostgreSQL does not come back. It says:\n${readLogTail(plan)}`);
      log.warn({ pid: postmaster.pid }, "PostgreSQL has died; starting it again");
      await reportLeftovers(cluster_dir, plan.account, log);
      try {
        postmaster = await startPostmaster(plan, connection);
        failures = 0;
        log.info({ pid: postmaster.pid }, "PostgreSQL is back");
      } catch (error) {
        failures++;
        log.error({ err: error }, "PostgreSQL did not start");
        await sleep(200 * failures);
      }
      // A stop that came while there was nothing to stop.
      if (isStopping()) postmaster.process.kill("SIGINT");
    }
  };
  const exited = keepRunning().finally(() => {
    removeSocketDir(plan.socket_dir);
  });
  const stop = async () => {
    stopping = true;
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
    stop,
    exited,
  };
}

interface Postmaster {
  process: ChildProcess;
  pid: number;
  gone: Promise<unknown>;
}

/** Starts PostgreSQL and waits until it accepts connections, through a crash recovery if need be. */
async function startPostmaster(plan: Plan, connection: EmbeddedConnection): Promise<Postmaster> {
  const child = await launchPostmaster(plan);
  const pid = child.pid ?? 0;
  const stopWatch = watchParent(pid, plan.account);
  const gone = once(child, "exit").finally(stopWatch);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  while (isRunning()) {
    if (saysReady(plan, pid) && (await accepts(connection))) return { process: child, pid, gone };
    await sleep(20);
  }
  throw new EmbeddedError(`PostgreSQL did not start in ${plan.cluster_dir}. It says:\n${readLogTail(plan)}`);
}

async function launchPostmaster(plan: Plan): Promise<ChildProcess> {
  const { cluster_dir, account, binaries } = plan;
  const fixed = {
    listen_addresses: "",
    unix_socket_directories: plan.socket_dir,
    port: String(SOCKET_PORT),
    cluster_name: nameCluster(cluster_dir, account), // by this leftovers.ts knows them
  };
  const settings = { ...plan.settings, ...fixed };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const output = openLog(plan);
  try {
    return await launch({ program: binaries.postgres, args, cluster_dir, account, output });
  } catch (cause) {
    throw new EmbeddedError(
      `PostgreSQL (${binaries.postgres}) cannot be run here: ${explainSpawn(cause as NodeJS.ErrnoException)}`,
      { cause },
    );
  } finally {
    closeSync(output);
  }
}

/** What it writes into its pid file; trying to connect during a long recovery would fill its log. */
function saysReady({ cluster_dir }: Plan, pid: number): boolean {
  const PID_LINE = 0;
  const STATUS_LINE = 7; // LOCK_FILE_LINE_PM_STATUS in PostgreSQL's src/include/utils/pidfile.h
  try {
    const lines = readFileSync(join(cluster_dir, "postmaster.pid"), "utf8").split("\n");
    return Number(lines[PID_LINE]) === pid && lines[STATUS_LINE]?.trim() === "ready";
  } catch {
    return false;
  }
}

/** Makes the database where it is missing; then it is the next try that succeeds. */
async function accepts(connection: EmbeddedConnection): Promise<boolean> {
  const client = new pg.Client(connection);
  client.on("error", () => undefined); // told through connect()
  try {
    await client.connect();
    return true;
  } catch (error) {
    const INVALID_CATALOG_NAME = "3D000";
    if ((error as NodeJS.ErrnoException).code === INVALID_CATALOG_NAME) await createDatabase(connection);
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(connection: EmbeddedConnection): Promise<void> {
  const client = new pg.Client({ ...connection, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  await client.query(`create database ${pg.escapeIdentifier(connection.database)}`).finally(() => client.end());
}

async function reportLeftovers(cluster_dir: string, account: Account | undefined, log: Log): Promise<void> {
  const pids = await endLeftovers(cluster_dir, account);
  if (pids.length > 0) log.warn({ pids }, "Ended an earlier PostgreSQL that was still running on the data folder");
}

/** A file, not a pipe to us: PostgreSQL must neither wait for our event loop nor lose its last words when we die. */
function openLog({ data_dir }: Plan): number {
  const path = logPath(data_dir);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}

function readLogTail({ data_dir }: Plan): string {
  const lines = readFileSync(logPath(data_dir), "utf8").trimEnd().split("\n");
  return `${lines.slice(-10).join("\n")}\n(all of it: ${logPath(data_dir)})`;
}

function logPath(data_dir: string): string {
  return join(data_dir, "postgresql.log");
}

function explainSpawn({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EPERM" || code === "EINVAL")
    return "this system does not let root start a process as another user. Start as an ordinary user, or set DATABASE_URL.";
  // The file is there (findBinaries looked), so what is missing is its loader.
  if (code === "ENOENT")
    return "it needs glibc, which Alpine and other musl systems lack. Set DATABASE_URL to a PostgreSQL 15 or newer.";
  return message;
}
