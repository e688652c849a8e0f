// Registers the import jobs of a worker process, and periodically takes over imports whose worker has died.
import type { PgBoss } from "pg-boss";
import { releaseLater } from "../jobs/attempts.ts";
import { IMPORT_LOADER_QUEUE, IMPORT_QUEUE, sendJob, workQueue } from "../jobs/boss.ts";
import { createSilenceWatch } from "../jobs/silence.ts";
import { createHolderWatch, type HolderWatch } from "../jobs/silent-holders.ts";
import { runWorkerLoop } from "../jobs/worker-loop.ts";
import { builtInProfiles } from "../profiles/built-in.ts";
import type { ImportContext } from "./context.ts";
import { createRecordCache } from "./record-cache.ts";
import { runLoader } from "./load/loader.ts";
import { runScan } from "./scan/run-scan.ts";
import { sweepImportAttempts } from "./recovery/sweep-attempts.ts";
import { sweepFiles } from "./recovery/sweep-files.ts";
import { takeOverSilentImports } from "./recovery/take-over.ts";

/** Maximum number of files that one worker scans at the same time. A scan needs about 20 bytes of memory per row (see
 * key-table.ts). */
const SCANS = 4;

/** @param ownStoreId the store that this process has opened */
export const senders = (boss: PgBoss, ownStoreId: string): Pick<ImportContext, "sendScan" | "sendLoaders"> => ({
  sendScan: (db, importId, storeId) =>
    sendJob(boss, db, { kind: IMPORT_QUEUE, store_id: storeId }, { import_id: importId }),
  sendLoaders: (db, importId, count) =>
    sendJob(boss, db, { kind: IMPORT_LOADER_QUEUE, store_id: ownStoreId }, { import_id: importId }, count),
});

/** Works on imports until `signal` aborts, then waits for the running scans and loaders to stop. */
export async function workOnImports(boss: PgBoss, given: ImportContext, signal: AbortSignal): Promise<void> {
  const context = { ...given, record_cache: createRecordCache() };
  const { log, concurrency, store } = context;
  const sweep = createSweep(context);
  const uploadsSeen = createSilenceWatch();
  const holders = createHolderWatch();
  await runWorkerLoop(
    {
      subject: "imports",
      log,
      concurrency,
      async register(track) {
        await workQueue(boss, { kind: IMPORT_QUEUE, store_id: store.id }, SCANS, ({ import_id }) =>
          track(runScan(context, import_id, signal)),
        );
        await workQueue(boss, { kind: IMPORT_LOADER_QUEUE, store_id: store.id }, concurrency, ({ import_id }) =>
          track(runLoader(context, import_id, signal)),
        );
        // Reading the built-in profiles takes 80 ms on an idle machine. Read them now, so that the first import need not wait for them.
        setImmediate(builtInProfiles);
      },
      async takeOver(silentMs) {
        await releaseLater(context.pool);
        await endSilentHolders(context, holders);
        await takeOverSilentImports(context, silentMs, uploadsSeen);
        sweep();
      },
    },
    signal,
  );
}

const SWEEP_MS = 3_600_000;
/** If the store is a bucket, a worker has copies of the files that it has scanned. Another host may have ended their imports. */
const SWEEP_COPIES_MS = 300_000;

/** Returns a function that removes the files and attempt records of ended imports, at its first call and then at intervals. Each worker
 * sweeps the files of its own store: a job for one of all workers could reach a worker that does not see these files. */
function createSweep(context: ImportContext): () => void {
  let sweptAt = -Infinity;
  const run = async (): Promise<void> => {
    await sweepImportAttempts(context.pool);
    const swept = await sweepFiles(context);
    if (swept > 0) context.log.info({ swept }, "removed files of ended imports");
  };
  return () => {
    if (performance.now() - sweptAt < (context.store.is_local ? SWEEP_MS : SWEEP_COPIES_MS)) return;
    sweptAt = performance.now();
    run().catch((error: unknown) => {
      context.log.warn({ err: error }, "cannot remove files of ended imports");
    });
  };
}

async function endSilentHolders({ pool, log }: ImportContext, holders: HolderWatch): Promise<void> {
  const pids = await holders.endSilent(pool);
  if (pids.length > 0) log.warn({ pids }, "ended the database sessions of a process that vanished or hangs");
}
