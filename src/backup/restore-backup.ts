// Restores a verified backup. Writes the files to a separate folder, and the database in one transaction. After the commit, the new
// files replace the earlier ones.
import type pg from "pg";
import { markRestore, unmarkRestore } from "../db/data-dir/interrupted-restore.ts";
import { isDiskFull, type DiskReserve } from "../db/data-dir/disk-reserve.ts";
import { readMigrations, type Migration } from "../db/migrate.ts";
import type { AccessReport } from "./access.ts";
import { BackupFileError, damaged, readMembers, unpackPart, type VerifiedBackup } from "./backup-reader.ts";
import { KEY_MEMBER, partOf } from "./manifest.ts";
import { discardStaged, stageFiles, useStagedFiles } from "./restored-files.ts";
import { beginRestore, completeTables, startCopy, type TableCopy } from "./restore-tables.ts";

export interface RestoreOptions {
  backup: VerifiedBackup;
  /** A connection for the restore only, without a transaction. */
  client: pg.ClientBase;
  data_dir: string;
  signal: AbortSignal;
  /** True = users and API keys are as valid as in the backup; false = as before the restore. */
  restores_access?: boolean;
}

export interface RestoreReport {
  products: number;
  access: AccessReport;
}

/** The restore is not possible here. The message gives the reason and what to do. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";
}

export interface MigrationPlan {
  /** Migrations that the backup's database had. */
  applied: Migration[];
  newer: Migration[];
}

/** Divides this program's migrations into those that the backup's database had and newer ones.
 * @throws {BackupFileError} if the backup has a migration that this program does not have */
export async function planMigrations({ path, manifest }: VerifiedBackup): Promise<MigrationPlan> {
  const known = await readMigrations();
  for (const { version, name, checksum } of manifest.migrations) {
    const own = known[version - 1];
    if (own === undefined)
      throw new BackupFileError(
        `${path} is newer than this program: it was made by Skuport ${manifest.skuport} and has the migration ${name}. Restore it with Skuport ${manifest.skuport} or newer. Nothing was changed.`,
      );
    if (own.checksum !== checksum)
      throw new BackupFileError(
        `${path} was made by another Skuport: its migration ${name} differs from ours. Restore it with the program that made it. Nothing was changed.`,
      );
  }
  const count = manifest.migrations.length;
  return { applied: known.slice(0, count), newer: known.slice(count) };
}

/** Estimated size of tables, indexes and write-ahead log, as a multiple of the size of the rows' text. */
const TABLE_FACTOR = 3;

/** @param disk the disk of the data folder; `hasDatabase` = the database is on it too */
export async function requireSpace(
  { manifest, checksums }: VerifiedBackup,
  disk: DiskReserve,
  hasDatabase: boolean,
): Promise<void> {
  const fileBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const needed = hasDatabase ? fileBytes + (checksums.unpacked_bytes - fileBytes) * TABLE_FACTOR : fileBytes;
  const free = await disk.freeBytes();
  if (free < needed)
    throw new RestoreError(
      `The disk of the data folder is too full: the backup needs about ${Math.ceil(needed / 1e6)} MB, and ${Math.max(0, Math.floor(free / 1e6))} MB are free beyond the reserve. Nothing was changed. Free some space, or set SKUPORT_DATA_DIR to a folder on another disk.`,
    );
}

/** Replaces database, files and keys. Until the commit, an error changes nothing. */
export async function restoreBackup(
  options: RestoreOptions,
  { applied, newer }: MigrationPlan,
): Promise<RestoreReport> {
  const { backup, client, data_dir, restores_access = false } = options;
  const { manifest, checksums } = backup;
  await markRestore(data_dir, backup.path);
  let access: AccessReport;
  try {
    const indexes = await beginRestore(client, applied, manifest.created_at);
    await copyMembers(options);
    access = await completeTables(client, manifest, { indexes, newer, restores_access });
  } catch (error) {
    // If the rollback fails, the connection is lost, and PostgreSQL rolls back.
    await client.query("rollback").catch(() => undefined);
    await discardStaged(data_dir);
    await unmarkRestore(data_dir);
    throw isFull(error) ? becameFull(error) : error;
  }
  await client.query("commit");
  await useStagedFiles(data_dir);
  await unmarkRestore(data_dir);
  await client.query("analyze");
  return { products: checksums.rows["products"] ?? 0, access };
}

/** PostgreSQL's code for a full disk. */
const DATABASE_DISK_FULL = "53100";

const isFull = (error: unknown): boolean =>
  isDiskFull(error) || (error as { code?: unknown }).code === DATABASE_DISK_FULL;

const becameFull = (cause: unknown): RestoreError =>
  new RestoreError(
    "The disk of the data folder or of the database became full. Nothing was changed. Free some space and restore the backup again.",
    { cause },
  );

async function copyMembers({ backup, client, data_dir, signal }: RestoreOptions): Promise<void> {
  const files = await stageFiles(data_dir, backup.manifest);
  const tables = createTableWriter(client, backup);
  try {
    for await (const member of readMembers(backup, signal)) {
      const { name, bytes } = member;
      const part = partOf(name);
      if (part?.folder === "files") {
        if (!backup.manifest.files.some((file) => file.name === part.name)) throw unknownMember(backup, name);
        await files.write(part.name, await unpackPart(backup, member));
      } else if (part?.folder === "tables") await tables.write(part.name, await unpackPart(backup, member));
      else if (name === KEY_MEMBER) await files.writeKeys(bytes);
    }
    await tables.finish();
    const wrong = await files.finish();
    if (wrong !== undefined) throw damaged(backup.path, `the uploaded file ${wrong} is incomplete`);
  } catch (error) {
    // An error while closing must not hide the first one.
    await files.abort().catch(() => undefined);
    await tables.abort();
    throw error;
  }
}

/** Copies the parts of one table after another. */
function createTableWriter(client: pg.ClientBase, backup: VerifiedBackup) {
  const { manifest, checksums } = backup;
  const copied = new Map<string, number>();
  let current: { name: string; copy: TableCopy } | undefined;
  const end = async (): Promise<void> => {
    if (current === undefined) return;
    const { name, copy } = current;
    const rows = await copy.end();
    current = undefined;
    copied.set(name, rows + (copied.get(name) ?? 0));
  };
  return {
    async write(name: string, bytes: Buffer): Promise<void> {
      if (current?.name !== name) {
        await end();
        const table = manifest.tables.find((one) => one.name === name);
        if (table === undefined) throw unknownMember(backup, name);
        current = { name, copy: startCopy(client, table) };
      }
      await current.copy.write(bytes);
    },
    /** Ends the last table, and checks the number of rows of every table, including tables without any part. */
    async finish(): Promise<void> {
      await end();
      for (const { name } of manifest.tables) {
        const [rows, wanted] = [copied.get(name) ?? 0, checksums.rows[name] ?? 0];
        if (rows !== wanted) throw damaged(backup.path, `${name} has ${rows} rows instead of ${wanted}`);
      }
    },
    async abort(): Promise<void> {
      await current?.copy.abort();
    },
  };
}

const unknownMember = ({ path }: VerifiedBackup, name: string): BackupFileError =>
  damaged(path, `its description does not contain ${name}`);
