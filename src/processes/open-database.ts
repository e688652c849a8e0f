// Opens the database of a command: the one at DATABASE_URL, or else the embedded database. If no running server has started the embedded
// database, the command starts it.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type pg from "pg";
import type { Config } from "../config.ts";
import { checkServer, connectClient, createPool, type DatabaseAddress } from "../db/connection/connect.ts";
import { acquireDataDir, readHolder, type DataDir } from "../db/data-dir/data-dir.ts";
import { createDiskReserve, isDiskFull } from "../db/data-dir/disk-reserve.ts";
import { refuseIncompleteRestore } from "../db/data-dir/interrupted-restore.ts";
import { startEmbedded, type Embedded } from "../db/embedded/embedded.ts";
import { EmbeddedError } from "../db/embedded/cluster/account.ts";
import { describeFullDisk, dropBallast } from "../db/embedded/full-disk.ts";
import { migrate } from "../db/migrate.ts";

/** Name of a folder in the data folder. Its files exist only while a process uses them. */
const TEMPORARY_FOLDER = "tmp";

export interface OpenDatabase {
  address: DatabaseAddress;
  /** undefined = this process has not locked the data folder. */
  data_dir: DataDir | undefined;
  embedded: Embedded | undefined;
  close(): Promise<void>;
}

export interface HoldOptions {
  /** False = leaves the schema as it is. */
  migrates?: boolean;
  /** True = ignores the mark of an interrupted restore, because this command restores. */
  restores?: boolean;
}

/** Locks the data folder, connects to the configured database or starts the embedded one, and migrates it. For a server, or for a command
 * that runs without a server.
 * @throws DataDirBusyError when another process has locked the folder
 * @throws InterruptedRestoreError */
export async function holdDatabase(
  config: Config,
  command: string,
  log: Logger,
  { migrates = true, restores = false }: HoldOptions = {},
): Promise<OpenDatabase> {
  const disk = createDiskReserve(config.data_dir, config.disk_reserve_bytes);
  const dataDir = await takeDataDir(config.data_dir, command);
  let embedded: Embedded | undefined;
  const close = async (): Promise<void> => {
    await embedded?.stop();
    await dataDir.release();
  };
  try {
    if (!restores) await refuseIncompleteRestore(dataDir.path);
    await emptyTemporary(dataDir.path);
    if (config.database_url === undefined) embedded = await startEmbedded({ data_dir: dataDir.path, log, disk });
    const address = embedded?.connection ?? { url: config.database_url as string };
    await prepare(address, command, log, migrates);
    await dataDir.publish({ connection: address });
    return { address, data_dir: dataDir, embedded, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Locks the data folder. If the disk is too full for the lock file, deletes the ballast file first. */
async function takeDataDir(dataDir: string, command: string): Promise<DataDir> {
  try {
    return await acquireDataDir(dataDir, command);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    if (await dropBallast(dataDir)) return await acquireDataDir(dataDir, command);
    throw new EmbeddedError(await describeFullDisk(dataDir), { cause: error });
  }
}

/** Deletes files of earlier processes: this process has just locked the folder and has not created any yet. */
async function emptyTemporary(dataDir: string): Promise<void> {
  await rm(join(dataDir, TEMPORARY_FOLDER), { recursive: true, force: true });
}

/** Uses the database that `findDatabase` finds. If there is none, locks the data folder and starts the embedded database. */
export async function openDatabase(
  config: Config,
  command: string,
  log: Logger,
  options?: HoldOptions,
): Promise<OpenDatabase> {
  const address = await findDatabase(config);
  if (address === undefined) return holdDatabase(config, command, log, options);
  return { address, data_dir: undefined, embedded: undefined, close: () => Promise.resolve() };
}

/** Returns DATABASE_URL, or the address of the embedded database of a running process; undefined if there is neither.
 * @throws InterruptedRestoreError */
export async function findDatabase(config: Config): Promise<DatabaseAddress | undefined> {
  await refuseIncompleteRestore(config.data_dir);
  if (config.database_url !== undefined) return { url: config.database_url };
  return (await readHolder(config.data_dir))?.connection;
}

async function prepare(address: DatabaseAddress, command: string, log: Logger, migrates: boolean): Promise<void> {
  const client = await connectClient(address, { application_name: command });
  try {
    await checkServer(client);
    if (!migrates) return;
    const applied = await migrate(client);
    if (applied.length > 0) log.info({ applied }, "database migrated");
  } finally {
    await client.end();
  }
}

/** Creates a pool that logs broken idle connections. */
export function openPool(address: DatabaseAddress, applicationName: string, max: number, log: Logger): pg.Pool {
  const pool = createPool(address, {
    application_name: applicationName,
    max,
    onIdleError: (err) => {
      // Do not log this for a pool that was ended: its connections may still be closing when PostgreSQL stops.
      if (!pool.ending) log.warn({ err }, "lost an idle database connection");
    },
  });
  return pool;
}
