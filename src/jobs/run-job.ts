// Runs one job of a loader or executor and ends its import or operation.
import { isTransient, retryTransient } from "../db/connection/connect.ts";

export interface Job {
  work: () => Promise<void>;
  /** Ends the import or operation as failed. */
  fail: (cause: unknown) => Promise<void>;
  /** Ends the import or operation if nothing is left to do. */
  conclude: () => Promise<void>;
}

/** Runs the job, and ends its import or operation unless `signal` has aborted.
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
