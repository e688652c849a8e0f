// A worker is frozen while it scans, its database connections are cut, another worker takes the import over, and the first one
// wakes up. FAULT_TIMES=10 repeats each case ten times.
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { isTerminal, type Import } from "../../contract/imports/imports.ts";
import type { ImportContext } from "../../src/imports/context.ts";
import { readImport, readImportWork } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, receiveBytes } from "../support/import-file.ts";
import { until } from "../support/until.ts";
import { startWorkerProcess, type RunningProcess } from "./support/processes.ts";
import { startProxy, type Proxy } from "./support/proxy.ts";

const TIMES = Number(process.env["FAULT_TIMES"] ?? 1);
const TIMEOUT_MS = 300_000;
const ROWS = 20_000;
const PADDING = "a description of some length as suppliers write them ".repeat(40);

const { address, pool } = await createTestDatabase();
const dataDir = await mkdtemp(join(tmpdir(), "skuport-stale-"));
const filesDir = join(dataDir, "files");
await mkdir(filesDir);
const context: ImportContext = { ...(await createImportContext(pool)), files_dir: filesDir };

const proxies: Proxy[] = [];
const workers: RunningProcess[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await rm(dataDir, { recursive: true, force: true });
});

interface Worker extends RunningProcess {
  /** Ends its database connections, and with them its locks. */
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

/** `rows` products with SKUs of this import alone, and every hundredth row without one. */
function csv(label: string, rows: number): Buffer {
  const lines = ["sku,name,description"];
  for (let i = 0; i < rows; i++) lines.push(`${i % 100 === 99 ? "" : `${label}-${i}`},Name ${i},${PADDING}`);
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** Has the next worker that looks take the import over, as if it had been silent for a while. */
const giveUpOn = (id: number): Promise<unknown> =>
  pool.query("update imports set updated_at = now() - interval '1 minute' where id = $1 and state = 'scanning'", [id]);

const stateOf = async (id: number): Promise<Import> => (await readImport(pool, id)) as Import;

/** Resolves once a scan of the import has this token and writes its text. */
async function isUnpacking(id: number, token: number): Promise<void> {
  const file = (await readImportWork(pool, id))?.file ?? "";
  const giveUpAt = performance.now() + 60_000;
  while (!(await readdir(filesDir)).some((name) => name.startsWith(`${file}.${token}.`))) {
    if (performance.now() > giveUpAt)
      throw new Error(`no scan with the token ${token}: ${workers.map((worker) => worker.output()).join()}`);
    await sleep(1);
  }
}

const tokenOf = async (id: number): Promise<number> => (await readImportWork(pool, id))?.scan_token ?? -1;

async function done(id: number): Promise<Import> {
  try {
    return await until(async () => {
      const now = await stateOf(id);
      return isTerminal(now.state) && now;
    }, 60_000);
  } catch (cause) {
    const facts = { state: await stateOf(id), workers: workers.map((worker) => worker.output()) };
    throw new Error(JSON.stringify(facts, undefined, 2), { cause });
  }
}

/** Rounds in which the worker was too quick to be frozen in time. */
const MISSES = 5;

/** Freezes the worker and cuts it off while the import is in the state. Too late, it has the worker finish and end. */
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

/** Nothing is lost, doubled or left behind. */
async function check(id: number, label: string): Promise<void> {
  expect(await stateOf(id)).toMatchObject({
    ...{ state: "done", problem: null, rows: ROWS, created: ROWS * 0.99, rejected: ROWS * 0.01 },
  });
  const { rows } = await pool.query(
    `select (select count(*)::int from products where sku like $2) as products,
            (select count(*)::int from import_rejects where import_id = $1) as rejects,
            (select count(*)::int from import_chunks) as chunks, (select count(*)::int from work_attempts) as attempts`,
    [id, `${label}-%`],
  );
  expect(rows).toEqual([{ products: ROWS * 0.99, rejects: ROWS * 0.01, chunks: 0, attempts: 0 }]);
  await expect.poll(() => readdir(filesDir)).toEqual([]);
}

const TAKEN_OVER = "another worker has taken the scan over";

for (const successor of ["is killed too", "goes on"] as const)
  test(
    `a worker that was frozen while it unpacked harms nothing, when its successor ${successor}`,
    async () => {
      let hits = 0;
      for (let round = 0; hits < TIMES && round < TIMES + MISSES; round++) {
        const label = `unpack-${successor.length}-${round}`;
        const first = await startWorker();
        const { id } = await receiveBytes(context, gzipSync(csv(label, ROWS), { level: 1 }));
        await giveUpOn(id);
        await isUnpacking(id, 1);
        if (!(await catchIn("scanning", id, first))) continue;
        hits++;
        const second = await startWorker();
        await giveUpOn(id);
        await isUnpacking(id, 2);
        if (successor === "is killed too") await second.kill();
        first.wake();
        await until(() => first.output().includes(TAKEN_OVER), 60_000);
        if (successor === "is killed too") await giveUpOn(id);
        await done(id);
        await check(id, label);
        expect(await tokenOf(id)).toBe(successor === "is killed too" ? 3 : 2);
        await Promise.all([first.stop(), second.stop()]);
      }
      expect(hits).toBe(TIMES);
    },
    TIMEOUT_MS * TIMES,
  );

test(
  "a worker that was frozen while it scanned leaves the rejected rows of the import that another one finished",
  async () => {
    let hits = 0;
    for (let round = 0; hits < TIMES && round < TIMES + MISSES; round++) {
      const label = `scan-${round}`;
      const first = await startWorker();
      const { id } = await receiveBytes(context, csv(label, ROWS));
      await giveUpOn(id);
      await until(async () => (await tokenOf(id)) === 1);
      if (!(await catchIn("scanning", id, first))) continue;
      hits++;
      const second = await startWorker();
      await done(id);
      first.wake();
      await until(() => first.output().includes(TAKEN_OVER), 60_000);
      // Whatever else it had begun has ended when it ends.
      await Promise.all([first.stop(), second.stop()]);
      await check(id, label);
      expect(await tokenOf(id)).toBe(2);
    }
    expect(hits).toBe(TIMES);
  },
  TIMEOUT_MS * TIMES,
);

test(
  "a worker that was frozen while it loaded changes nothing when it wakes up",
  async () => {
    let hits = 0;
    for (let round = 0; hits < TIMES && round < TIMES + MISSES; round++) {
      const label = `load-${round}`;
      const first = await startWorker();
      const { id } = await receiveBytes(context, csv(label, ROWS));
      await giveUpOn(id);
      await until(async () => (await stateOf(id)).state !== "scanning", 60_000);
      if (!(await catchIn("loading", id, first))) continue;
      hits++;
      const second = await startWorker();
      await done(id);
      first.wake();
      // Its loaders have ended when it ends.
      await Promise.all([first.stop(), second.stop()]);
      await check(id, label);
    }
    expect(hits).toBe(TIMES);
  },
  TIMEOUT_MS * TIMES,
);
