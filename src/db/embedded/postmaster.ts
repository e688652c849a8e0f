// Starts the postmaster, PostgreSQL's first process, with our settings, and waits until it accepts connections.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { DiskReserve } from "../data-dir/disk-reserve.ts";
import { EmbeddedError, type Account } from "./cluster/account.ts";
import type { Binaries } from "./binaries.ts";
import { nameCluster } from "./cluster/cluster-name.ts";
import { launch } from "./launch.ts";
import { openLog, readLogTail } from "./postgres-log.ts";
import { SOCKET_PORT } from "./socket-dir.ts";
import { watchParent } from "./watch-parent.ts";

export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface EmbeddedConnection {
  /** The folder of the socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface Plan {
  data_dir: string;
  cluster_dir: string;
  socket_dir: string;
  account: Account | undefined;
  binaries: Binaries;
  settings: Record<string, string>;
  log: Log;
  disk: DiskReserve | undefined;
}

export interface Postmaster {
  process: ChildProcess;
  pid: number;
  gone: Promise<unknown>;
}

/** Starts PostgreSQL and waits until it accepts connections, if necessary through a crash recovery. */
export async function startPostmaster(plan: Plan, connection: EmbeddedConnection): Promise<Postmaster> {
  const child = await launchPostmaster(plan);
  const pid = child.pid ?? 0;
  const stopWatch = watchParent(pid, plan.account);
  const gone = once(child, "exit").finally(stopWatch);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  while (isRunning()) {
    if (isReady(plan, pid) && (await accepts(connection))) return { process: child, pid, gone };
    await sleep(20);
  }
  throw new EmbeddedError(
    `PostgreSQL did not start in ${plan.cluster_dir}. The end of its log:\n${readLogTail(plan.data_dir)}`,
  );
}

async function launchPostmaster(plan: Plan): Promise<ChildProcess> {
  const { cluster_dir, account, binaries } = plan;
  const fixed = {
    listen_addresses: "",
    unix_socket_directories: plan.socket_dir,
    port: String(SOCKET_PORT),
    cluster_name: nameCluster(cluster_dir, account), // leftovers.ts recognizes processes by it
  };
  const settings = { ...plan.settings, ...fixed };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const output = openLog(plan.data_dir);
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

/** Whether PostgreSQL is ready, according to its pid file. Connecting instead would fill PostgreSQL's log: during a long recovery, each
 * attempt adds a line. */
function isReady({ cluster_dir }: Plan, pid: number): boolean {
  const PID_LINE = 0;
  const STATUS_LINE = 7; // LOCK_FILE_LINE_PM_STATUS in PostgreSQL's src/include/utils/pidfile.h
  try {
    const lines = readFileSync(join(cluster_dir, "postmaster.pid"), "utf8").split("\n");
    return Number(lines[PID_LINE]) === pid && lines[STATUS_LINE]?.trim() === "ready";
  } catch {
    return false;
  }
}

/** Tries to connect. Creates the database if it is missing; the next attempt then succeeds. */
async function accepts(connection: EmbeddedConnection): Promise<boolean> {
  const client = new pg.Client(connection);
  client.on("error", () => undefined); // connect() rejects with this error
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

function explainSpawn({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EPERM" || code === "EINVAL")
    return "this system does not let root start a process as another user. Start Skuport as an ordinary user, or set DATABASE_URL.";
  // The file exists (findBinaries checked), so the dynamic loader that it needs is missing.
  if (code === "ENOENT")
    return "it needs glibc, which Alpine and other musl systems lack. Set DATABASE_URL to a PostgreSQL 15 or newer.";
  return message;
}
