// Runs imports in the test process, without pg-boss.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type pg from "pg";
import { afterAll } from "vitest";
import { import_query, type Import, type ImportOptions, type Reject } from "../../contract/imports/imports.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import { STORE_FILE } from "../../src/imports/file-stores/folder-store.ts";
import { openFileStore } from "../../src/imports/file-stores/open-store.ts";
import { createRecordCache } from "../../src/imports/record-cache.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { receiveImport } from "../../src/imports/receive/receive.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { readImport } from "../../src/imports/store.ts";
import { listRejects } from "../../src/imports/rejects/store.ts";

const nothing = (): Promise<void> => Promise.resolve();
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Creates a context with a new folder for uploads. The folder is deleted after the last test of the file. */
export async function createImportContext(pool: pg.Pool, chunkRecords?: number): Promise<ImportContext> {
  const filesDir = await mkdtemp(join(tmpdir(), "skuport-files-"));
  afterAll(() => rm(filesDir, { recursive: true, force: true }));
  const context = {
    pool,
    store: await openFileStore(pool, filesDir, { adopts: false }),
    concurrency: 3,
    log: silent,
    sendScan: nothing,
    sendLoaders: nothing,
    record_cache: createRecordCache(),
  };
  return chunkRecords === undefined ? context : { ...context, chunk_records: chunkRecords };
}

export type Options = Partial<ImportOptions>;

/** Receives the bytes as an upload and returns its import, which has not been scanned yet. */
export async function receiveBytes(
  context: ImportContext,
  bytes: Buffer | string,
  options: Options = {},
): Promise<Import> {
  const whole = Buffer.from(bytes);
  const upload = {
    filename: "test.csv",
    size: whole.length,
    options: import_query.parse(options),
    actor: "test",
    max_bytes: 1e9,
  };
  return receiveImport(context, upload, Readable.from([whole], { objectMode: false }));
}

/** Imports a file completely: receives it, scans it, and loads it with as many loaders as `context.concurrency`. */
export async function importBytes(
  context: ImportContext,
  bytes: Buffer | string,
  options: Options = {},
): Promise<Import> {
  const { id } = await receiveBytes(context, bytes, options);
  return workOn(context, id);
}

export async function workOn(context: ImportContext, id: number): Promise<Import> {
  const signal = new AbortController().signal;
  await runScan(context, id, signal);
  await Promise.all(Array.from({ length: context.concurrency }, () => runLoader(context, id, signal)));
  return (await readImport(context.pool, id)) as Import;
}

export const rejectsOf = (context: ImportContext, id: number): Promise<Reject[]> =>
  listRejects(context.pool, id, { after: 0, limit: 1_000_000, raw_characters: 2_000_000 });

/** Lists the files of imports in a folder of uploaded files. */
export const uploadedFiles = async (filesDir: string): Promise<string[]> =>
  (await readdir(filesDir)).filter((name) => name !== STORE_FILE);

/** The result of `leftovers` if an import has left no file, no chunk and no staged row. */
export const NOTHING_LEFT = { files: [], chunks: 0, staged: 0 };

/** Returns the files, and counts the rows, that an ended import must not leave behind. */
export async function leftovers(context: ImportContext): Promise<{ files: string[]; chunks: number; staged: number }> {
  const { rows } = await context.pool.query<{ chunks: number; staged: number }>(
    "select (select count(*) from import_chunks)::int as chunks, (select count(*) from product_staging)::int as staged",
  );
  return { files: await uploadedFiles(context.store.folder), ...(rows[0] as { chunks: number; staged: number }) };
}
