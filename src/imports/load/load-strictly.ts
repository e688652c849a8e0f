// Loads a strict import: all its chunks in one transaction, which a single reject rolls back.
import { lockKeys } from "../../db/advisory-locks.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { startHeartbeat } from "../../db/connection/heartbeat.ts";
import { CancelledMeanwhile } from "../../jobs/cancelled.ts";
import { beginAttempt } from "../../jobs/process-chunk.ts";
import { runSteps } from "../../jobs/run-steps.ts";
import { claimChunk } from "../chunk-store.ts";
import type { ImportContext } from "../context.ts";
import { waitUntilLoadable } from "../files/disk-space.ts";
import { diedLoadingStrictly, STRICT_PART, strictProblem } from "../problems.ts";
import { insertRejects } from "../rejects/store.ts";
import { addRejected, noteStrictProgress } from "../progress-store.ts";
import { readImportWork, type ImportWork } from "../store.ts";
import { loadClaimed, withLoader, type Loader } from "./open-loader.ts";
import type { Reject } from "../../../contract/imports/imports.ts";
import type pg from "pg";

export async function loadStrictly(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<void> {
  await withLoader(context, work, signal, async (loader) => {
    const step = async (): Promise<false> => {
      try {
        await withTransaction(context.pool, (client) => loadAllChunks(context, loader, client));
      } catch (error) {
        if (error instanceof CancelledMeanwhile) return false;
        if (!(error instanceof RejectedRows)) throw error;
        await saveRejects(context.pool, work.id, error.rejects);
        throw strictProblem(error.rejects.length);
      }
      return false;
    };
    await runSteps(step, { signal, onConflict: () => (loader.compare = true) });
  });
}

/** Loads all chunks in one transaction. @throws RejectedRows, CancelledMeanwhile */
async function loadAllChunks(context: ImportContext, loader: Loader, client: pg.PoolClient): Promise<void> {
  const { work, attempts } = loader;
  const { signal } = attempts;
  // If a worker wrongly assumes that this loader is dead, it starts a second loader. The second loader waits here until this loader has
  // finished, and then finds nothing to do.
  await client.query("select pg_advisory_xact_lock($1, $2)", lockKeys("strict_import", work.id));
  // All chunks count as one attempt. If a worker has died during an earlier attempt, `beginAttempt` may wait until another import or
  // operation has finished a chunk. Call `beginAttempt` before the first write, so that this transaction holds no row locks while it waits:
  // the other import or operation may need the same rows.
  await beginAttempt(attempts, client, STRICT_PART, () => diedLoadingStrictly(work));
  for (let loaded = 0; ;) {
    signal.throwIfAborted();
    // Without a heartbeat, a worker would assume that this process has vanished and end its idle transaction.
    const stopHeartbeat = startHeartbeat(client);
    await waitUntilLoadable(context, work.id, signal).finally(stopHeartbeat);
    const chunk = await claimChunk(client, work.id);
    if (chunk === undefined) break;
    const rejects = await loadClaimed(loader, client, chunk);
    if (rejects.length > 0) throw new RejectedRows(rejects);
    loaded += chunk.records;
    await noteStrictProgress(context.pool, work.id, loaded / Math.max(work.rows, 1));
  }
  if ((await readImportWork(client, work.id))?.cancel_requested) throw new CancelledMeanwhile();
}

/** Thrown to roll back a strict import that has rejected rows. */
class RejectedRows extends Error {
  override readonly name = "RejectedRows";
  readonly rejects: readonly Reject[];

  constructor(rejects: readonly Reject[]) {
    super();
    this.rejects = rejects;
  }
}

/** Stores the rejects that made a strict import fail, after its transaction was rolled back. */
async function saveRejects(pool: pg.Pool, importId: number, rejects: readonly Reject[]): Promise<void> {
  await withTransaction(pool, async (client) => {
    // A second loader that waited for this one finds the same rejects. `insertRejects` counts only those that were not stored
    // before.
    const rejected = await insertRejects(client, importId, rejects);
    // A loader that was frozen and replaced must not add rejects to an import that has ended.
    if (!(await addRejected(client, importId, rejected))) throw new AlreadyEnded();
  });
}

/** Thrown to roll back the rejects of an import that has already ended. */
class AlreadyEnded extends Error {
  override readonly name = "AlreadyEnded";
}
