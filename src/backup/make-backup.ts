// Makes a backup: one snapshot of the database, the uploaded files of unfinished imports, and the keys. The server and imports may run.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { MIGRATION_LOCK } from "../db/advisory-locks.ts";
import { listApplied, listPending, MigrationError } from "../db/migrate.ts";
import { BackupWriter, type Sink } from "./backup-writer.ts";
import { closeAll, openKeptFiles, readKeptFile, type KeptFiles } from "./kept-files.ts";
import { KEY_MEMBER, type Manifest } from "./manifest.ts";
import { copyRows, describeTables, knownTables, listTables, lockTables } from "./tables.ts";

export interface BackupOptions {
  /** A connection for the backup only, without a transaction. */
  client: pg.ClientBase;
  data_dir: string;
  /** Whether the uploaded files are in a bucket. The backup does not contain them then. */
  has_bucket: boolean;
  /** Version of Skuport. */
  version: string;
  sink: Sink;
  signal: AbortSignal;
}

export interface BackupReport {
  products: number;
  /** Number of unfinished imports. */
  imports: number;
  files: number;
  has_keys: boolean;
  /** Names of files of unfinished imports that do not exist. These imports will fail after a restore. */
  missing: string[];
  /** False if the database lacks migrations of this program. */
  is_current: boolean;
}

/** Maximum number of snapshots that are taken. Each further one is taken because a file of an unfinished import no longer existed. */
const MAX_SNAPSHOTS = 5;

export async function makeBackup(options: BackupOptions): Promise<BackupReport> {
  const { client, data_dir, has_bucket, version, signal } = options;
  // No migration may run between the snapshot and the copies.
  await client.query(`select pg_advisory_lock_shared(${MIGRATION_LOCK})`);
  const kept = await openSnapshot(client, has_bucket ? undefined : join(data_dir, "files"));
  try {
    const pending = await listPending(client); // throws if the database is newer than this program
    const keys = await readFile(join(data_dir, "secrets.key")).catch(undefinedIfMissing);
    const contents: Manifest = {
      format: 1,
      id: randomUUID(),
      skuport: version,
      created_at: new Date().toISOString(),
      postgres: await serverVersion(client),
      migrations: await listApplied(client),
      ...(await describeTables(client, await knownTables())),
      files: kept.files.map(({ name, bytes }) => ({ name, bytes })),
      has_keys: keys !== undefined,
    };
    const writer = new BackupWriter(async (bytes) => {
      signal.throwIfAborted();
      await options.sink(bytes);
    });
    await writer.writeManifest(contents);
    if (keys !== undefined) await writer.writeMember(KEY_MEMBER, keys);
    for (const file of kept.files) await writer.writeParts("files", file.name, readKeptFile(file));
    let products = 0;
    for (const table of contents.tables) {
      const onEnd = (rows: number): void => {
        writer.noteRows(table.name, rows);
        if (table.name === "products") products = rows;
      };
      await writer.writeParts("tables", table.name, copyRows(client, table, onEnd));
    }
    await writer.end();
    await client.query("commit");
    const { imports, files, missing } = kept;
    return {
      products,
      imports,
      files: files.length,
      has_keys: keys !== undefined,
      missing,
      is_current: pending.length === 0,
    };
  } finally {
    await closeAll(kept.files);
  }
}

/** Begins the transaction whose snapshot the backup contains, and opens the files that belong to it. If an import ends and deletes its file
 * in between, takes another snapshot, in which the import has ended. */
async function openSnapshot(client: pg.ClientBase, filesDir: string | undefined): Promise<KeptFiles> {
  if ((await listApplied(client)).length === 0)
    throw new MigrationError("The database contains no tables of Skuport, so there is nothing to back up.");
  const tables = await listTables(client, await knownTables());
  for (let tries = 1; ; tries++) {
    await client.query("begin transaction isolation level repeatable read read only");
    await lockTables(client, tables);
    // The text form of values depends on these settings.
    await client.query(`set local datestyle = 'ISO'; set local timezone = 'UTC'; set local extra_float_digits = 1;
      set local bytea_output = 'hex'; set local synchronize_seqscans = off`);
    const kept = await openKeptFiles(client, filesDir);
    if (kept.missing.length === 0 || tries === MAX_SNAPSHOTS) return kept;
    await closeAll(kept.files);
    await client.query("rollback");
  }
}

async function serverVersion(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>("show server_version");
  return rows[0]?.server_version ?? "unknown";
}

function undefinedIfMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw error;
}
