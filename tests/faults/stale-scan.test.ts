// A worker is frozen during a scan, its database connections are cut, another worker takes over the import, and the first worker wakes
// up. RUNS=10 repeats each case ten times.
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { isTerminal, type Import } from "../../contract/imports/imports.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import { STORE_FILE } from "../../src/imports/file-stores/folder-store.ts";
import { openFileStore } from "../../src/imports/file-stores/open-store.ts";
import { readImport, readImportWork } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, receiveBytes } from "../support/import-file.ts";
import { until } from "../support/until.ts";
import { startWorkerProcess, type RunningProcess } from "./support/processes.ts";
import { startProxy, type Proxy } from "../support/network/proxy.ts";
import { RUNS } from "../support/random-runs.ts";

const TIMEOUT_MS = 300_000;
const ROWS = 20_000;
const PADDING = "a description of some length as suppliers write them ".repeat(40);

const { address, pool } = await createTestDatabase();
const dataDir = await mkdtemp(join(tmpdir(), "skuport-stale-"));
const filesDir = join(dataDir, "files");
await mkdir(filesDir);
// The worker processes open the same store.
const store = await openFileStore(pool, filesDir, { adopts: false });
const context: ImportContext = { ...(await createImportContext(pool)), store };

const proxies: Proxy[] = [];
const workers: RunningProcess[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await rm(dataDir, { recursive: true, force: true });
});

interface Worker extends RunningProcess {
  /** Cuts the worker's database connections, which releases its locks. */
  cut(): void;
}

async function startWorker(): Promise<Worker> {
  const proxy = await startProxy(address);
  proxies.push(proxy);
  const worker = await startWorkerProcess({ url: proxy.url(), data_dir: dataDir });
  workers.push(worker);
  return Object.assign(worker, {
    cut: () => {
      proxy.cut();
    },
  });
}

/** Creates a file of `rows` rows. Its SKUs begin with `label`, so that no other import uses them; every hundredth row has no SKU. */
function csv(label: string, rows: number): Buffer {
  const lines = ["sku,name,description"];
  for (let i = 0; i < rows; i++) lines.push(`${i % 100 === 99 ? "" : `${label}-${i}`},Name ${i},${PADDING}`);
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** Makes the import appear abandoned, so that the next worker takes it over. */
const abandon = (id: number): Promise<unknown> =>
  pool.query("update imports set updated_at = now() - interval '1 minute' where id = $1 and state = 'scanning'", [id]);

const stateOf = async (id: number): Promise<Import> => (await readImport(pool, id)) as Import;

/** Waits until a scan has begun to write the unpacked text. `token` is the number of the scan (`scan_token`). */
async function isUnpacking(id: number, token: number): Promise<void> {
  const file = (await readImportWork(pool, id))?.file ?? "";
  try {
    await until(async () => (await readdir(filesDir)).some((name) => name.startsWith(`${file}.${token}.`)));
  } catch (cause) {
    const outputs = workers.map((worker) => worker.output()).join();
    throw new Error(`no scan with the token ${token}: ${outputs}`, { cause });
  }
}

const tokenOf = async (id: number): Promise<number> => (await readImportWork(pool, id))?.scan_token ?? -1;

async function done(id: number): Promise<Import> {
  try {
    return await until(async () => {
      const now = await stateOf(id);
      return isTerminal(now.state) && now;
    });
  } catch (cause) {
    const facts = { state: await stateOf(id), workers: workers.map((worker) => worker.output()) };
    throw new Error(JSON.stringify(facts, undefined, 2), { cause });
  }
}

/** Maximum number of rounds that are repeated because the worker finished before the test froze it. */
const MAX_MISSES = 5;

/** Freezes the worker. If the import is in the given state, cuts the worker's connections and returns true. If the import has already
 * left that state, lets the worker finish and returns false. */
async function catchIn(state: Import["state"], id: number, worker: Worker): Promise<boolean> {
  worker.freeze();
  if ((await stateOf(id)).state === state) {
    worker.cut();
    return true;
  }
  worker.wake();
  await done(id);
  await worker.stop();
  return false;
}

/** Checks that no row is lost or duplicated, and that no files, no chunks and no rows of work_attempts remain. */
async function check(id: number, label: string): Promise<void> {
  expect(await stateOf(id)).toMatchObject({
    state: "done",
    problem: null,
    rows: ROWS,
    created: ROWS * 0.99,
    rejected: ROWS * 0.01,
  });
  const { rows } = await pool.query(
    `select (select count(*)::int from products where sku like $2) as products,
            (select count(*)::int from import_rejects where import_id = $1) as rejects,
            (select count(*)::int from import_chunks) as chunks, (select count(*)::int from work_attempts) as attempts`,
    [id, `${label}-%`],
  );
  expect(rows).toEqual([{ products: ROWS * 0.99, rejects: ROWS * 0.01, chunks: 0, attempts: 0 }]);
  await expect.poll(() => readdir(filesDir)).toEqual([STORE_FILE]);
}

/** Waits until the worker reports that another worker has taken over its scan. */
async function takenOver(worker: Worker): Promise<void> {
  try {
    await until(() => worker.output().includes("another worker has taken over the scan"));
  } catch (cause) {
    throw new Error(worker.output(), { cause });
  }
}

for (const successor of ["is killed too", "continues"] as const)
  test(
    `a worker that was frozen while it unpacked does no harm when its successor ${successor}`,
    async () => {
      let hits = 0;
      for (let round = 0; hits < RUNS && round < RUNS + MAX_MISSES; round++) {
        const label = `unpack-${successor.length}-${round}`;
        const first = await startWorker();
        const { id } = await receiveBytes(context, gzipSync(csv(label, ROWS), { level: 1 }));
        await abandon(id);
        await isUnpacking(id, 1);
        if (!(await catchIn("scanning", id, first))) continue;
        hits++;
        const second = await startWorker();
        await abandon(id);
        await isUnpacking(id, 2);
        if (successor === "is killed too") await second.kill();
        first.wake();
        await takenOver(first);
        if (successor === "is killed too") await abandon(id);
        await done(id);
        await check(id, label);
        expect(await tokenOf(id)).toBe(successor === "is killed too" ? 3 : 2);
        await Promise.all([first.stop(), second.stop()]);
      }
      expect(hits).toBe(RUNS);
    },
    TIMEOUT_MS * RUNS,
  );

test(
  "a worker that was frozen while it scanned does not change the rejected rows of an import that another worker finished",
  async () => {
    let hits = 0;
    for (let round = 0; hits < RUNS && round < RUNS + MAX_MISSES; round++) {
      const label = `scan-${round}`;
      const first = await startWorker();
      const { id } = await receiveBytes(context, csv(label, ROWS));
      await abandon(id);
      // Wait until the scan has stored the dialect. Do not wait for `scan_token` only: it is stored before the worker begins to scan.
      await until(async () => (await stateOf(id)).dialect !== null);
      if (!(await catchIn("scanning", id, first))) continue;
      hits++;
      const second = await startWorker();
      await done(id);
      first.wake();
      await takenOver(first);
      // stop() returns after the worker has ended all its work, so the check sees the final state.
      await Promise.all([first.stop(), second.stop()]);
      await check(id, label);
      expect(await tokenOf(id)).toBe(2);
    }
    expect(hits).toBe(RUNS);
  },
  TIMEOUT_MS * RUNS,
);

test(
  "a worker that was frozen while it loaded changes nothing when it wakes up",
  async () => {
    let hits = 0;
    for (let round = 0; hits < RUNS && round < RUNS + MAX_MISSES; round++) {
      const label = `load-${round}`;
      const first = await startWorker();
      const { id } = await receiveBytes(context, csv(label, ROWS));
      await abandon(id);
      await until(async () => (await stateOf(id)).state !== "scanning");
      if (!(await catchIn("loading", id, first))) continue;
      hits++;
      const second = await startWorker();
      await done(id);
      first.wake();
      // stop() returns after all loaders of the worker have ended, so the check sees the final state.
      await Promise.all([first.stop(), second.stop()]);
      await check(id, label);
    }
    expect(hits).toBe(RUNS);
  },
  TIMEOUT_MS * RUNS,
);
