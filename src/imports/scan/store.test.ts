// Tests fencing: a scan that was replaced by a newer scan writes nothing when it continues.
import { isScannedBy } from "../fencing.ts";
import { appendFile, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  createImportContext,
  leftovers,
  NOTHING_LEFT,
  receiveBytes,
  rejectsOf,
  workOn,
  uploadedFiles,
} from "../../../tests/support/import-file.ts";
import type { Column, Reject } from "../../../contract/imports/imports.ts";
import { preparedPath } from "../context.ts";
import { finishImport } from "../finish-import.ts";
import type { RecordCache } from "../record-cache.ts";
import { runLoader } from "../load/loader.ts";
import { startLoading } from "./start-loading.ts";
import { runScan } from "./run-scan.ts";
import { deleteScanRejects, insertScanRejects, noteFormat, noteScanned, type ScanProgress } from "./store.ts";
import { beginScan, readImport, readImportWork, type ImportWork } from "../store.ts";
import { ScanOver } from "./watch-scan.ts";
import { CSV as dialect } from "../../../tests/support/records/csv-dialect.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 40);
const signal = new AbortController().signal;

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade");
  for (const name of await uploadedFiles(context.store.folder)) await unlink(join(context.store.folder, name));
});

const CSV = `sku,name\n${Array.from({ length: 200 }, (_, i) => `S-${i},Name ${i}\n`).join("")},no SKU\n`;

test("a scan that stops following its upload starts again if the upload is complete by then", async () => {
  const { id } = await receiveBytes(context, CSV);
  await pool.query("update imports set state = 'receiving' where id = $1", [id]);
  let scans = 0;
  let completed: Promise<unknown> = Promise.resolve();
  const set = (state: string): Promise<unknown> =>
    pool.query("update imports set state = $2 where id = $1", [id, state]);
  // Queries of the scan wait until the state is set, so that the scan reads it.
  const query = async (text: string, values?: unknown[]): Promise<unknown> => {
    await completed;
    return pool.query(text, values);
  };
  const waitingPool = new Proxy(pool, {
    get(target, name) {
      if (name === "query") return query;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  const recordCache: RecordCache = {
    // The upload pauses while the scan follows it.
    begin: () => {
      if (++scans === 1) completed = set("paused");
      return { put: () => undefined };
    },
    get: () => false,
    // The upload is completed while the scan gives up. The job that the server then sends finds the lock of the scan taken.
    drop: () => {
      if (scans === 1) completed = completed.then(() => set("scanning"));
    },
  };
  await runScan({ ...context, pool: waitingPool, record_cache: recordCache }, id, signal);
  expect(scans).toBe(2);
  await runLoader(context, id, signal);
  expect(await readImport(pool, id)).toMatchObject({ state: "done", created: 200 });
});

const found: ScanProgress = {
  scanned: 10,
  text_size: 10,
  lines: 2,
  rows: 1,
  adds: 0,
  superseded: 0,
  rejected: 0,
  ignored: 0,
};
const reject = (row: number): Reject => ({
  row,
  line: row + 1,
  column: "sku",
  value: "",
  code: "sku_empty",
  message: "The SKU is empty.",
  raw: "",
});

async function begin(id: number): Promise<ImportWork> {
  const work = await beginScan(pool, id);
  if (work === undefined) throw new Error("nothing to scan");
  return work;
}

/** Starts two scans of one import. The second is the current one. */
async function twoScans(): Promise<{ stale: ImportWork; current: ImportWork }> {
  const { id } = await receiveBytes(context, CSV);
  return { stale: await begin(id), current: await begin(id) };
}

describe("a scan that was replaced", () => {
  test("writes nothing, and its successor can write", async () => {
    const { stale, current } = await twoScans();
    expect(await insertScanRejects(pool, current, [reject(1)])).toBe(true);
    const before = await readImport(pool, stale.id);
    expect(await noteFormat(pool, stale, dialect, { columns: [], plan: null })).toBe(false);
    expect(await noteScanned(pool, stale, found)).toBe(false);
    expect(await insertScanRejects(pool, stale, [reject(2)])).toBe(false);
    expect(await deleteScanRejects(pool, stale)).toBe(false);
    await expect(startLoading(context, stale, found, { chunks: [], choices: [] })).rejects.toThrow(ScanOver);
    expect(await readImport(pool, stale.id)).toEqual({ ...before, elapsed_ms: expect.anything() as object });
    expect(await rejectsOf(context, stale.id)).toEqual([reject(1)]);
    const columns: Column[] = [{ name: "sku", target: "sku" }];
    expect(await noteFormat(pool, current, dialect, { columns, plan: null })).toBe(true);
    expect(await noteScanned(pool, current, found)).toBe(true);
    expect(await readImport(pool, current.id)).toMatchObject({ dialect, columns, rows: 1 });
    expect(await deleteScanRejects(pool, current)).toBe(true);
    expect(await rejectsOf(context, stale.id)).toEqual([]);
  });

  test("writes nothing if it is replaced while its statement waits for a lock", async () => {
    const { id } = await receiveBytes(context, CSV);
    const stale = await begin(id);
    const other = await pool.connect();
    await other.query("begin");
    await beginScan(other, id);
    const writes = [insertScanRejects(pool, stale, [reject(1)]), noteScanned(pool, stale, found)];
    await other.query("commit");
    other.release();
    expect(await Promise.all(writes)).toEqual([false, false]);
    expect(await rejectsOf(context, id)).toEqual([]);
  });

  test("neither fails the import nor removes its files", async () => {
    const { stale, current } = await twoScans();
    await finishImport(context, stale.id, "failed", new Error("too late"), (client) => isScannedBy(client, stale));
    expect(await readImport(pool, stale.id)).toMatchObject({ state: "scanning" });
    expect(await uploadedFiles(context.store.folder)).toContain(current.file);
    await finishImport(context, current.id, "cancelled", null, (client) => isScannedBy(client, current));
    expect(await readImport(pool, stale.id)).toMatchObject({ state: "cancelled" });
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("does not change the rejects of an ended import", async () => {
    const { id } = await receiveBytes(context, CSV);
    const stale = await begin(id);
    expect(await workOn(context, id)).toMatchObject({ state: "done", created: 200, rejected: 1 });
    expect(await deleteScanRejects(pool, stale)).toBe(false);
    expect(await insertScanRejects(pool, stale, [reject(7)])).toBe(false);
    expect(await rejectsOf(context, id)).toHaveLength(1);
  });
});

describe("the text that a scan makes from a file", () => {
  test("is a separate file for each scan, and files of earlier scans are removed", async () => {
    const { id, ...rest } = await receiveBytes(context, gzipSync(CSV));
    const stale = await begin(id);
    await writeFile(`${preparedPath(context, stale)}.unpacked`, "half of it");
    await runScan(context, id, signal);
    const { file, scan_token, text_size } = (await readImportWork(pool, id)) as ImportWork;
    expect(scan_token).toBe(2);
    expect(text_size).toBe(CSV.length);
    expect((await uploadedFiles(context.store.folder)).sort()).toEqual([file, `${file}.2.utf8`]);
    expect(rest.received).toBeLessThan(CSV.length);
    await runLoader(context, id, signal);
    expect(await readImport(pool, id)).toMatchObject({ state: "done", rows: 201, created: 200, rejected: 1 });
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test.each([
    ["shorter", (path: string) => truncate(path, 100)],
    ["longer", (path: string) => appendFile(path, "X-1,One more\n")],
  ])("is not loaded if it is %s than the scanned text", async (_, change) => {
    const { id } = await receiveBytes(context, gzipSync(CSV));
    await runScan(context, id, signal);
    await change(preparedPath(context, (await readImportWork(pool, id)) as ImportWork));
    await runLoader(context, id, signal);
    const ended = await readImport(pool, id);
    expect(ended).toMatchObject({ state: "failed", created: 0, problem: { type: "/problems/file-missing" } });
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("has a name without a token if it was made before scans had tokens", () => {
    expect(preparedPath({ store: { folder: "/files" } }, { file: "f", scan_token: 0 })).toBe("/files/f.utf8");
  });
});
