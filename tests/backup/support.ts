// Makes and restores backups in the test process.
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type pg from "pg";
import { verifyBackup } from "../../src/backup/backup-reader.ts";
import type { Sink } from "../../src/backup/backup-writer.ts";
import { makeBackup, type BackupReport } from "../../src/backup/make-backup.ts";
import { writeOutputFile } from "../../src/backup/output-file.ts";
import { planMigrations, restoreBackup } from "../../src/backup/restore-backup.ts";
import { restoreCommand } from "../../src/commands/backup/restore.ts";
import type { Io } from "../../src/commands/command.ts";
import { loadConfig } from "../../src/config.ts";
import { connectClient } from "../../src/db/connection/connect.ts";
import type { TestDatabase } from "../support/database.ts";

const NAME = "skuport test of backups";
const never = new AbortController().signal;

export async function makeDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "skuport-backup-"));
  await mkdir(join(dir, "files"));
  return dir;
}

export interface BackupTest {
  database: TestDatabase;
  data_dir: string;
  has_bucket?: boolean;
  /** Called once, when the snapshot of the backup exists and no rows have been copied yet. */
  onSnapshot?: (client: pg.ClientBase) => Promise<void>;
}

export async function backUp(
  path: string,
  { database, data_dir, has_bucket = false, onSnapshot }: BackupTest,
): Promise<BackupReport> {
  const client = await connectClient(database.address, { application_name: NAME });
  let isFirst = true;
  try {
    const write = (sink: Sink): Promise<BackupReport> =>
      makeBackup({
        client,
        data_dir,
        has_bucket,
        version: "0.1.0",
        signal: never,
        async sink(bytes) {
          if (isFirst) await onSnapshot?.(client);
          isFirst = false;
          await sink(bytes);
        },
      });
    return (await writeOutputFile(path, 0, write)).result;
  } finally {
    await client.end();
  }
}

/** Restores the backup and returns the number of products. */
export async function restore(path: string, { database, data_dir }: BackupTest): Promise<number> {
  const backup = await verifyBackup(path);
  const client = await connectClient(database.address, { application_name: NAME });
  try {
    const plan = await planMigrations(backup);
    return (await restoreBackup({ backup, client, data_dir, signal: never }, plan)).products;
  } finally {
    await client.end();
  }
}

export const urlOf = ({ address }: TestDatabase): string =>
  `postgres://${address.user}@${encodeURIComponent(address.host)}:${address.port}/${address.database}`;

/** Runs `skuport restore` in this process. `answer` is typed at the terminal; without it, there is no terminal. */
export async function runRestore(args: string[], database: TestDatabase, dir: string, answer?: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
  if (answer !== undefined) stdin.write(`${answer}\n`);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const env = { DATABASE_URL: urlOf(database), SKUPORT_DATA_DIR: dir, SKUPORT_LOG_LEVEL: "silent" };
  const io = {
    stdin,
    stdout,
    stderr,
    signal: new AbortController().signal,
    env,
    loadConfig: (settings = {}) => Promise.resolve(loadConfig({ ...env, ...settings }, dir)),
  } as unknown as Io;
  const code = await restoreCommand.run(args, io).finally(() => {
    stdout.end();
    stderr.end();
  });
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

/** All columns of all products and of their history, as text in the order of their keys. */
export async function readCatalogue(db: Pick<pg.ClientBase, "query">): Promise<string> {
  const { rows } = await db.query<{ products: string; history: string }>(
    `select (select coalesce(string_agg(p::text, E'\\n' order by sku_key), '') from products p) as products,
            (select coalesce(string_agg(h::text, E'\\n' order by sku_key, id, version), '') from product_history h) as history`,
  );
  return `${rows[0]?.products ?? ""}\n--\n${rows[0]?.history ?? ""}`;
}
