// The database a command works on: DATABASE_URL, else the embedded one, that of a running server or our own.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type pg from "pg";
import type { Config } from "../config.ts";
import { checkServer, connectClient, createPool, type DatabaseAddress } from "../db/connection/connect.ts";
import { acquireDataDir, readHolder, type DataDir } from "../db/data-dir/data-dir.ts";
import { createDiskReserve, isDiskFull } from "../db/data-dir/disk-reserve.ts";
import { startEmbedded, type Embedded } from "../db/embedded/embedded.ts";
import { EmbeddedError } from "../db/embedded/account.ts";
import { describeFullDisk, dropBallast } from "../db/embedded/full-disk.ts";
import { migrate } from "../db/migrate.ts";

/** In the data folder, for files that are needed while a process uses them. */
const TEMPORARY_FOLDER = "tmp";

export interface OpenDatabase {
  address: DatabaseAddress;
  /** Undefined where another process holds the data folder. */
  data_dir: DataDir | undefined;
  embedded: Embedded | undefined;
  close(): Promise<void>;
}

/** Holds the data folder and has a migrated database: what a server, or a command that runs alone, needs.
 * @throws DataDirBusyError when another process holds the folder */
export async function holdDatabase(config: Config, command: string, log: Logger): Promise<OpenDatabase> {
  const disk = createDiskReserve(config.data_dir, config.disk_reserve_bytes);
  const dataDir = await takeDataDir(config.data_dir, command);
  let embedded: Embedded | undefined;
  const close = async (): Promise<void> => {
    await embedded?.stop();
    await dataDir.release();
  };
  try {
    await emptyTemporary(dataDir.path);
    if (config.database_url === undefined) embedded = await startEmbedded({ data_dir: dataDir.path, log, disk });
    const address = embedded?.connection ?? { url: config.database_url as string };
    await prepare(address, command, log);
    await dataDir.publish({ connection: address });
    return { address, data_dir: dataDir, embedded, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** On a full disk not even the lock can be written: then with the room that is kept for such a start. */
async function takeDataDir(dataDir: string, command: string): Promise<DataDir> {
  try {
    return await acquireDataDir(dataDir, command);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    if (await dropBallast(dataDir)) return await acquireDataDir(dataDir, command);
    throw new EmbeddedError(await describeFullDisk(dataDir), { cause: error });
  }
}

/** Files of an ended process: the holder of the data folder has created none yet. */
async function emptyTemporary(dataDir: string): Promise<void> {
  await rm(join(dataDir, TEMPORARY_FOLDER), { recursive: true, force: true });
}

/** The database of a running server where there is one, else as `holdDatabase`. */
export async function openDatabase(config: Config, command: string, log: Logger): Promise<OpenDatabase> {
  const address = await findDatabase(config);
  if (address === undefined) return holdDatabase(config, command, log);
  return { address, data_dir: undefined, embedded: undefined, close: () => Promise.resolve() };
}

/** DATABASE_URL, or the embedded database that a running process has published; undefined when there is neither. */
export async function findDatabase(config: Config): Promise<DatabaseAddress | undefined> {
  if (config.database_url !== undefined) return { url: config.database_url };
  return (await readHolder(config.data_dir))?.connection;
}

async function prepare(address: DatabaseAddress, command: string, log: Logger): Promise<void> {
  const client = await connectClient(address, { application_name: command });
  try {
    await checkServer(client);
    const applied = await migrate(client);
    if (applied.length > 0) log.info({ applied }, "database migrated");
  } finally {
    await client.end();
  }
}

/** A pool whose broken idle connections are a line in the log, not the end of the process. */
export function openPool(address: DatabaseAddress, applicationName: string, max: number, log: Logger): pg.Pool {
  const pool = createPool(address, {
    application_name: applicationName,
    max,
    onIdleError: (err) => {
      // An ended pool has let go of connections that are still closing when PostgreSQL itself is stopped.
      if (!pool.ending) log.warn({ err }, "lost an idle database connection");
    },
  });
  return pool;
}
