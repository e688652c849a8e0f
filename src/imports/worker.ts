// Registers the import jobs of a worker process, and periodically takes over imports whose worker has died.
import type { PgBoss } from "pg-boss";
import { releaseLater } from "../jobs/attempts.ts";
import { IMPORT_LOADER_QUEUE, IMPORT_QUEUE, sendJob, workHourly, workQueue } from "../jobs/boss.ts";
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

export const senders = (boss: PgBoss): Pick<ImportContext, "sendScan" | "sendLoaders"> => ({
  sendScan: (db, importId) => sendJob(boss, db, IMPORT_QUEUE, { import_id: importId }),
  sendLoaders: (db, importId, count) => sendJob(boss, db, IMPORT_LOADER_QUEUE, { import_id: importId }, count),
});

/** Works on imports until `signal` aborts, then waits for the running scans and loaders to stop. */
export async function workOnImports(boss: PgBoss, given: ImportContext, signal: AbortSignal): Promise<void> {
  const context = { ...given, record_cache: createRecordCache() };
  const { log, concurrency } = context;
  const uploadsSeen = createSilenceWatch();
  const holders = createHolderWatch();
  await runWorkerLoop(
    {
      subject: "imports",
      log,
      concurrency,
      async register(track) {
        await workQueue(boss, IMPORT_QUEUE, SCANS, ({ import_id }) => track(runScan(context, import_id, signal)));
        await workQueue(boss, IMPORT_LOADER_QUEUE, concurrency, ({ import_id }) =>
          track(runLoader(context, import_id, signal)),
        );
        await sweepHourly(boss, context);
        // Reading the built-in profiles takes 80 ms on an idle machine. Read them now, so that the first import need not wait for them.
        setImmediate(builtInProfiles);
      },
      async takeOver(silentMs) {
        await releaseLater(context.pool);
        await endSilentHolders(context, holders);
        await takeOverSilentImports(context, silentMs, uploadsSeen);
      },
    },
    signal,
  );
}

/** Removes the files and attempt records of ended imports, first immediately and later once an hour. */
async function sweepHourly(boss: PgBoss, context: ImportContext): Promise<void> {
  const sweep = async (): Promise<void> => {
    await sweepImportAttempts(context.pool);
    const swept = await sweepFiles(context);
    if (swept > 0) context.log.info({ swept }, "removed files of ended imports");
  };
  await workHourly(boss, "sweep-files", 47, sweep);
  sweep().catch((error: unknown) => {
    context.log.warn({ err: error }, "cannot remove files of ended imports");
  });
}

async function endSilentHolders({ pool, log }: ImportContext, holders: HolderWatch): Promise<void> {
  const pids = await holders.endSilent(pool);
  if (pids.length > 0) log.warn({ pids }, "ended the database sessions of a process that vanished or hangs");
}
