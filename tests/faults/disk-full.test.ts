// If the disk is full, uploads are rejected with status 507, workers wait, PostgreSQL recovers, and nothing is lost.
import { folderStore } from "../../src/imports/file-stores/folder-store.ts";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { completeOptions, import_query, type Import } from "../../contract/imports/imports.ts";
import { createPool } from "../../src/db/connection/connect.ts";
import { createDiskReserve, type DiskReserve } from "../../src/db/data-dir/disk-reserve.ts";
import { startEmbedded } from "../../src/db/embedded/embedded.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { receiveImport } from "../../src/imports/receive/receive.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { readImport } from "../../src/imports/store.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, receiveBytes, workOn } from "../support/import-file.ts";
import { until } from "../support/until.ts";
import { mountSmallDisk, NO_SMALL_DISK, type SmallDisk } from "./support/small-disk.ts";

const MB = 1 << 20;
const TIMEOUT_MS = 240_000;
beforeEach(({ skip }) => {
  skip(NO_SMALL_DISK !== undefined, NO_SMALL_DISK);
});
const database = await createTestDatabase();
const { pool } = database;

const never = new AbortController().signal;
const rowsOf = (count: number): string =>
  `sku,name\n${Array.from({ length: count }, (_, i) => `S-${String(i)},Product ${String(i)}\n`).join("")}`;

async function contextOn(folder: string, reserveMb: number): Promise<ImportContext> {
  const filesDir = join(folder, "files");
  mkdirSync(filesDir, { recursive: true });
  return {
    ...(await createImportContext(pool)),
    store: folderStore(filesDir, randomUUID()),
    disk: createDiskReserve(folder, reserveMb * MB),
  };
}

const importNow = async (id: number): Promise<Import> => (await readImport(pool, id)) as Import;

test("an upload, with or without a declared size, does not use the disk reserve", async () => {
  const disk = mountSmallDisk(100);
  const context = await contextOn(disk.folder, 20);
  const upload = {
    filename: "large.csv",
    options: completeOptions(import_query.parse({})),
    actor: "test",
    max_bytes: 1e9,
  };
  let sent = 0;
  let leastFree = Infinity;
  const send = () =>
    Readable.from(
      (function* () {
        for (sent = 0; sent < 95; sent++) {
          leastFree = Math.min(leastFree, disk.freeMb());
          yield randomBytes(MB);
        }
      })(),
      { objectMode: false },
    );
  const declared = receiveImport(context, { ...upload, size: 95 * MB }, send());
  await expect(declared).rejects.toMatchObject({ slug: "disk-full", status: 507 });
  expect([sent, (await pool.query("select 1 from imports")).rowCount]).toEqual([0, 0]);

  const undeclared = receiveImport(context, { ...upload, size: null }, send());
  await expect(undeclared).rejects.toMatchObject({ slug: "disk-full" });
  expect(leastFree).toBeGreaterThan(19);
  expect(leastFree).toBeLessThan(40);
  const { rows } = await pool.query("select state, problem from imports");
  expect(rows).toMatchObject([{ state: "failed", problem: { type: "/problems/disk-full", status: 507 } }]);
  expect(readdirSync(context.store.folder)).toEqual([]);

  // For comparison: without a disk reserve, an upload fills the disk completely, and the client gets `disk-full` too.
  const unprotected = receiveImport({ ...context, disk: undefined as never }, { ...upload, size: null }, send());
  disk.fill(10);
  await expect(unprotected).rejects.toMatchObject({ slug: "disk-full" });
  expect(readdirSync(context.store.folder)).toEqual([]);
});

test(
  "a resumable upload keeps what was written before the disk was full, and continues from there",
  async () => {
    const disk = mountSmallDisk(60);
    const context = await contextOn(disk.folder, 10);
    const app = await createTestApp(database, { ...context, max_upload_bytes: 1e9 });
    const whole = Buffer.from(rowsOf(1_000_000)); // 25 MB
    const tus = { "tus-resumable": "1.0.0" };
    const { headers } = await app.inject({
      method: "POST",
      url: "/api/uploads",
      headers: { ...tus, "upload-length": String(whole.length) },
    });
    const url = headers.location ?? "";
    const send = (offset: number) =>
      app.inject({
        method: "PATCH",
        url,
        headers: { ...tus, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" },
        payload: Readable.from([...piecesOf(whole.subarray(offset))], { objectMode: false }),
      });
    disk.fill(20);
    const refused = await send(0);
    expect([refused.statusCode, refused.json()]).toMatchObject([507, { type: "/problems/disk-full" }]);
    const there = Number((await app.inject({ method: "HEAD", url, headers: tus })).headers["upload-offset"]);
    expect(there).toBeGreaterThan(0);
    expect(there).toBeLessThan(11 * MB);
    disk.makeRoom();
    expect((await send(there)).statusCode).toBe(204);
    const { rows } = await pool.query<{ id: number }>("select id from imports where upload_expires_at is not null");
    expect(await workOn(context, rows[0]?.id ?? 0)).toMatchObject({ state: "done", rows: 1_000_000 });
  },
  TIMEOUT_MS,
);

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += MB / 4) yield Buffer.from(bytes.subarray(at, at + MB / 4));
}

test(
  "unpacking waits while the disk is full, reports that it waits, can be cancelled, and continues when there is space",
  async () => {
    const disk = mountSmallDisk(60);
    const context = await contextOn(disk.folder, 10);
    const packed = gzipSync(rowsOf(1_500_000)); // 39 MB unpacked
    const waiting = await receiveBytes(context, packed);
    disk.fill(30);
    const scan = runScan(context, waiting.id, never);
    await until(async () => (await importNow(waiting.id)).wait_reason === "disk-full");
    expect(await importNow(waiting.id)).toMatchObject({ state: "scanning" });
    expect(disk.freeMb()).toBeGreaterThan(9);
    disk.makeRoom();
    await scan;
    expect(await importNow(waiting.id)).toMatchObject({ state: "loading", wait_reason: null, rows: 1_500_000 });
    await pool.query("update imports set cancel_requested = true where id = $1", [waiting.id]);
    await runLoader(context, waiting.id, never);

    const cancelled = await receiveBytes(context, packed);
    disk.fill(20);
    const second = runScan(context, cancelled.id, never);
    await until(async () => (await importNow(cancelled.id)).wait_reason === "disk-full");
    await pool.query("update imports set cancel_requested = true where id = $1", [cancelled.id]);
    await second;
    expect(await importNow(cancelled.id)).toMatchObject({ state: "cancelled", wait_reason: null });
    expect(readdirSync(context.store.folder)).toEqual([]);
  },
  TIMEOUT_MS,
);

test.each([false, true])(
  "loading waits while the database's disk is nearly full (strict: %s)",
  async (strict) => {
    const disk = mountSmallDisk(150);
    const files = await contextOn(disk.folder, 10);
    const context = { ...files, database_disk: files.disk, chunk_records: 1000 };
    const { id } = await receiveBytes(context, rowsOf(20_000).replaceAll("S-", `${String(strict)}-`), { strict });
    await runScan(context, id, never);
    disk.fill(40);
    const loaders = Promise.all([1, 2].map(() => runLoader(context, id, never)));
    await until(async () => (await importNow(id)).wait_reason === "disk-full");
    expect(await importNow(id)).toMatchObject({ state: "loading", created: 0 });
    disk.makeRoom();
    await loaders;
    expect(await importNow(id)).toMatchObject({ state: "done", created: 20_000, wait_reason: null });
  },
  TIMEOUT_MS,
);

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
// The write-ahead log must be small, because the disk is small.
const settings = { shared_buffers: "32MB", max_wal_size: "48MB", min_wal_size: "32MB", wal_buffers: "4MB" };
const BALLAST = "disk-reserve.bin";

async function startOn({ folder }: SmallDisk, reserve?: DiskReserve) {
  const postgres = await startEmbedded({ data_dir: folder, log, settings, disk: reserve });
  const db = createPool(postgres.connection, { application_name: "test", max: 2 });
  const attempt = async (sql: string): Promise<{ count?: number }> => {
    const { rows } = await db.query<{ count?: number }>(sql).catch(() => ({ rows: [] }));
    return rows[0] ?? {};
  };
  const stop = async (): Promise<void> => {
    await db.end();
    await postgres.stop();
  };
  return {
    postgres,
    attempt,
    stop,
    /** Writes data for which PostgreSQL needs space for tables, for the write-ahead log and for a checkpoint. */
    async write() {
      await attempt("update kept set text = reverse(text)");
      await attempt("select pg_logical_emit_message(false, 'test', repeat('x', 20000000))");
      await attempt("checkpoint");
    },
    count: async () => (await attempt("select count(*)::int as count from kept")).count,
  };
}
const ROWS = 20_000;
const CREATE = `create table kept as select i, repeat(md5(i::text), 10) as text from generate_series(1, ${String(ROWS)}) i`;

test(
  "PostgreSQL on a full disk uses the space of the reserve to recover",
  async () => {
    const disk = mountSmallDisk(300);
    const { postgres, attempt, count, stop } = await startOn(disk, createDiskReserve(disk.folder));
    onTestFinished(stop);
    await attempt(CREATE);
    await until(() => readdirSync(disk.folder).includes(BALLAST));
    const firstPid = postgres.pid;
    disk.fill(0);
    // Write small WAL records: PostgreSQL recovers only if its last unwritten record fits into the space of the deleted disk reserve.
    const message = "select pg_logical_emit_message(false, 'test', repeat('x', 2000000))";
    await until(async () => !readdirSync(disk.folder).includes(BALLAST) || (await attempt(message), false));
    await until(() => postgres.pid !== firstPid);
    await until(async () => (await count()) === ROWS);
    disk.makeRoom();
    await until(() => readdirSync(disk.folder).includes(BALLAST));
  },
  TIMEOUT_MS,
);

test(
  "PostgreSQL without free space is restarted as soon as there is space; the error of a failed start lists files to delete",
  async () => {
    const disk = mountSmallDisk(300);
    const first = await startOn(disk);
    await first.attempt(CREATE);
    let ended = false;
    void first.postgres.exited.then(() => (ended = true));
    disk.fill(0);
    await until(async () => (await first.write(), first.postgres.is_disk_full));
    disk.makeRoom();
    await until(async () => (await first.count()) === ROWS);
    // The supervisor detects the restart a moment after PostgreSQL accepts connections.
    await until(() => !first.postgres.is_disk_full);
    expect(ended).toBe(false);

    await first.stop();
    disk.fill(0);
    mkdirSync(join(disk.folder, "files"));
    renameSync(join(disk.folder, "filler"), join(disk.folder, "files/0b0e"));
    await expect(startOn(disk)).rejects.toThrow(/is full \(.* free\).*\n {2}\d+ MB {2}.*files\/0b0e\n/s);
    // Give the file the name of an unpacked file that an unfinished scan has left. Skuport deletes such files when it starts.
    renameSync(join(disk.folder, "files/0b0e"), join(disk.folder, "files/0b0e.1.utf8.unpacked"));
    const second = await startOn(disk);
    onTestFinished(second.stop);
    expect(await second.count()).toBe(ROWS);
    expect(readdirSync(join(disk.folder, "files"))).toEqual([]);
  },
  TIMEOUT_MS,
);
