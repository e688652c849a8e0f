// Registers the import jobs of a worker process, and periodically takes over imports whose worker has died.
import { setTimeout as sleep } from "node:timers/promises";
import type { PgBoss } from "pg-boss";
import { IMPORT_LOADER_QUEUE, IMPORT_QUEUE, sendJob, workHourly, workQueue } from "../jobs/boss.ts";
import { createSilenceWatch } from "../jobs/silence.ts";
import { createHolderWatch, type HolderWatch } from "../jobs/silent-holders.ts";
import type { ImportContext } from "./context.ts";
import { createRecordCache } from "./record-cache.ts";
import { runLoader } from "./load/loader.ts";
import { runScan } from "./scan/run-scan.ts";
import { sweepFiles } from "./recovery/sweep-files.ts";
import { SILENT_WORK_MS, takeOverSilentImports } from "./recovery/take-over.ts";

/** Files that one worker scans at the same time. A scan needs about 20 bytes of memory per row (see key-table.ts). */
const SCANS = 4;
/** Pause between two takeover checks. Together with SILENT_WORK_MS, another worker continues an import 10 to 13 s after the machine
 * that worked on it has vanished. */
const TAKE_OVER_MS = 2500;

export const senders = (boss: PgBoss): Pick<ImportContext, "sendScan" | "sendLoaders"> => ({
  sendScan: (db, importId) => sendJob(boss, db, IMPORT_QUEUE, { import_id: importId }),
  sendLoaders: (db, importId, count) => sendJob(boss, db, IMPORT_LOADER_QUEUE, { import_id: importId }, count),
});

/** Works on imports until `signal` aborts, then waits for the running scans and loaders to stop. */
export async function workOnImports(boss: PgBoss, given: ImportContext, signal: AbortSignal): Promise<void> {
  const context = { ...given, record_cache: createRecordCache() };
  const running = new Set<Promise<void>>();
  const track = (work: Promise<void>): Promise<void> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  await workQueue(boss, IMPORT_QUEUE, SCANS, ({ import_id }) => track(runScan(context, import_id, signal)));
  await workQueue(boss, IMPORT_LOADER_QUEUE, context.concurrency, ({ import_id }) =>
    track(runLoader(context, import_id, signal)),
  );
  const sweep = async (): Promise<void> => {
    const swept = await sweepFiles(context);
    if (swept > 0) context.log.info({ swept }, "removed files of ended imports");
  };
  await workHourly(boss, "sweep-files", 47, sweep);
  // From here on the worker survives the loss of its database.
  context.log.info({ concurrency: context.concurrency }, "worker ready for imports");
  sweep().catch((error: unknown) => {
    context.log.warn({ err: error }, "cannot remove files of ended imports");
  });
  // An import whose worker has just died has been silent for less than SILENT_WORK_MS. The first check takes it over immediately.
  let silentMs = 0;
  const uploadsSeen = createSilenceWatch();
  const holders = createHolderWatch();
  while (!signal.aborted) {
    await endSilentHolders(context, holders)
      .then(() => takeOverSilentImports(context, silentMs, uploadsSeen))
      .catch((error: unknown) => {
        context.log.warn({ err: error }, "cannot check for imports without a worker");
      });
    silentMs = SILENT_WORK_MS;
    await sleep(TAKE_OVER_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.allSettled(running);
}

async function endSilentHolders({ pool, log }: ImportContext, holders: HolderWatch): Promise<void> {
  const pids = await holders.endSilent(pool);
  if (pids.length > 0) log.warn({ pids }, "ended the database sessions of a process that vanished or hangs");
}
