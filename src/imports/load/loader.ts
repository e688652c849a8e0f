// Loads an import's chunks over one connection until none is left. Loaders share nothing but the tables, so they can run in one process or
// in several. A loader claims a chunk by a lock of its transaction. If the loader is killed, PostgreSQL ends the transaction, and another
// loader can claim the chunk immediately.
import { runSteps } from "../../jobs/run-steps.ts";
import { processNextChunk } from "../../jobs/process-chunk.ts";
import { runJob } from "../../jobs/run-job.ts";
import { claimChunk } from "../chunk-store.ts";
import type { ImportContext } from "../context.ts";
import { hasChunksLeft } from "../fencing.ts";
import { isUnreadableFile, mustWaitForFile } from "../file-stores/missing-file.ts";
import { waitUntilLoadable } from "../files/disk-space.ts";
import { concludeLoading, finishImport } from "../finish-import.ts";
import { diedLoading, lostFile } from "../problems.ts";
import { noteLoaded } from "../progress-store.ts";
import { readImportWork, type ImportWork } from "../store.ts";
import { loadClaimed, withLoader } from "./open-loader.ts";
import { loadStrictly } from "./load-strictly.ts";

/** Loads chunks until none is left. The last loader ends the import. */
export async function runLoader(context: ImportContext, importId: number, signal: AbortSignal): Promise<void> {
  const work = await readImportWork(context.pool, importId);
  if (work === undefined) return;
  await runJob(
    {
      async work() {
        if (work.state !== "loading" || work.cancel_requested) return;
        await (work.options.strict ? loadStrictly(context, work, signal) : loadChunks(context, work, signal));
      },
      fail: (cause) => failLoading(context, importId, cause),
      conclude: () => concludeLoading(context, importId),
    },
    signal,
  );
}

/** Fails the import. If the file cannot be read, fails only if chunks are left and no worker finds the file: the last loader deletes the
 * file while others may still try to open it. */
async function failLoading(context: ImportContext, importId: number, cause: unknown): Promise<void> {
  if (!isUnreadableFile(cause)) {
    await finishImport(context, importId, "failed", cause);
    return;
  }
  await concludeLoading(context, importId);
  if (!(await mustWaitForFile(context, importId, cause)))
    await finishImport(context, importId, "failed", lostFile(), (client) => hasChunksLeft(client, importId));
}

async function loadChunks(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  await withLoader(context, work, signal, async (loader) => {
    const { pool, log } = context;
    const loadNext = async (): Promise<boolean> => {
      await waitUntilLoadable(context, work.id, signal);
      return processNextChunk(loader.attempts, {
        claim: (client) => claimChunk(client, work.id),
        process: (client, chunk) => loadClaimed(loader, client, chunk),
        died: (chunk) => diedLoading(work, chunk),
      });
    };
    await runSteps(loadNext, {
      signal,
      progress: {
        report: () => noteLoaded(pool, work.id),
        onError: (err) => {
          log.warn({ import_id: work.id, err }, "cannot save the import's progress");
        },
      },
      onConflict: () => (loader.compare = true),
      limit: context.limit,
    });
  });
}
