// Runs one job of a loader or executor. Then ends the import or operation if it has failed or no work is left.
import { isTransient, retryTransient } from "../db/connection/connect.ts";

export interface Job {
  work: () => Promise<void>;
  /** Ends the import or operation as failed. */
  fail: (cause: unknown) => Promise<void>;
  /** Ends the import or operation if nothing is left to do. */
  conclude: () => Promise<void>;
}

/** Runs the job. Then calls `conclude` or, after an error that is not transient, `fail`. Calls neither if `signal` has aborted.
 * @throws a transient error of `work` if the database stayed unavailable during all retries; the job queue then runs the job again */
export async function runJob({ work, fail, conclude }: Job, signal: AbortSignal): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal.aborted) return;
    if (isTransient(error)) throw error;
    await retryTransient(() => fail(error));
    return;
  }
  if (!signal.aborted) await retryTransient(() => conclude());
}
