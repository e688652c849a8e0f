// Loads an import's chunks over one connection until none is left. Loaders share nothing but the tables, so they can run in one
// process or in several. The chunk of a killed loader is free immediately, because its lease was a lock of its transaction.
import { runSteps } from "../../jobs/run-steps.ts";
import { isTransient, retryTransient, withTransaction } from "../../db/connection/connect.ts";
import { releaseParts } from "../../jobs/attempts.ts";
import { claimChunk } from "../chunk-store.ts";
import type { ImportContext } from "../context.ts";
import { waitUntilLoadable } from "../disk-space.ts";
import { concludeLoading, finishImport } from "../finish-import.ts";
import { diedLoading } from "../problems.ts";
import { noteLoaded, readImportWork, type ImportWork } from "../store.ts";
import { beginAttempt, CancelledMeanwhile, loadClaimed, withLoader, type Loader } from "./open-loader.ts";
import { loadStrictly } from "./load-strictly.ts";

/** Loads chunks until none is left. The last loader ends the import. */
export async function runLoader(context: ImportContext, importId: number, signal: AbortSignal): Promise<void> {
  const work = await readImportWork(context.pool, importId);
  if (work === undefined) return;
  if (work.state === "loading" && !work.cancel_requested) {
    try {
      await (work.options.strict ? loadStrictly(context, work, signal) : loadChunks(context, work, signal));
    } catch (error) {
      if (signal.aborted) return;
      // The database could not be reached in the time for retries. The job queue runs this job again later.
      if (isTransient(error)) throw error;
      await retryTransient(() => finishImport(context, importId, "failed", error));
      return;
    }
  }
  if (!signal.aborted) await retryTransient(() => concludeLoading(context, importId));
}

async function loadChunks(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  await withLoader(context, work, signal, async (loader) => {
    const { pool, log } = context;
    const loadNext = async (): Promise<boolean> => {
      await waitUntilLoadable(context, work.id, signal);
      return loadNextChunk(loader);
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

/** @returns false when no chunk is left for this loader */
async function loadNextChunk(loader: Loader): Promise<boolean> {
  const { pool, work } = loader;
  // If the last transaction failed, another worker may take its chunk and would count our note as a death.
  await releaseParts(pool, { kind: "import", id: work.id }, loader.begun);
  try {
    const loaded = await withTransaction(pool, async (client) => {
      const chunk = await claimChunk(client, work.id);
      if (chunk === undefined) return undefined;
      await beginAttempt(loader, client, chunk.chunk_no, () => diedLoading(work, chunk));
      await loadClaimed(loader, client, chunk);
      return chunk.chunk_no;
    });
    if (loaded === undefined) return false;
    loader.begun.delete(loaded);
    return true;
  } catch (error) {
    if (error instanceof CancelledMeanwhile) return false;
    throw error;
  }
}
