// Runs the steps of a loader or executor, one chunk each: repeats a step after a conflict with another writer, and reports
// progress at intervals.
import { isTransient, retryTransient } from "../db/connection/connect.ts";
import type { LoaderLimit } from "./loader-limit.ts";
import { ConcurrentChange } from "../db/concurrent-change.ts";

/** Minimum interval between reports; the page does not show them more often. */
const REPORT_MS = 200;
/** Maximum number of conflicts with other writers on one chunk. Each conflict means that another writer made progress. */
const MAX_CONFLICTS = 100;

export interface WorkOptions {
  signal: AbortSignal;
  progress?: Progress;
  /** Called before a step is repeated after a conflict. */
  onConflict?: () => void;
  /** Runs a step. If the permitted number of steps is already running, waits until one of these steps ends. */
  limit?: LoaderLimit["run"] | undefined;
}

export interface Progress {
  /** Called at intervals, after a step that processed something. */
  report: () => Promise<void>;
  /** Called when `report` failed, unless the error is transient. */
  onError: (error: unknown) => void;
}

/** Runs steps until one returns false because nothing is left. Repeats a step after a transient database error or a conflict with
 * another writer, so each step must be a transaction that is safe to repeat. */
export async function runSteps(
  step: () => Promise<boolean>,
  { signal, progress, onConflict, limit = (next) => next() }: WorkOptions,
): Promise<void> {
  const reporter = progress === undefined ? undefined : createReporter(progress);
  const nextStep = (): Promise<boolean> => {
    // The work may have been stopped while it waited for the limit.
    signal.throwIfAborted();
    return step();
  };
  try {
    for (let conflicts = 0; ;) {
      try {
        if (!(await retryTransient(() => limit(nextStep), { signal, waits_for_space: true }))) return;
        conflicts = 0;
        reporter?.report();
      } catch (error) {
        if (!isConflict(error) || ++conflicts > MAX_CONFLICTS) throw error;
        onConflict?.();
      }
    }
  } finally {
    await reporter?.end();
  }
}

/** True if another writer created (23505), changed or deleted a product of the chunk after the chunk was read. In that case, the chunk
 * must be read again. */
const isConflict = (error: unknown): boolean =>
  error instanceof ConcurrentChange || (error as { code?: unknown }).code === "23505";

/** Reports without delaying the next step. `end` resolves when the last report has ended. */
function createReporter({ report, onError }: Progress): { report: () => void; end: () => Promise<void> } {
  let reportedAt = -Infinity;
  let reporting = Promise.resolve();
  return {
    report() {
      if (performance.now() - reportedAt < REPORT_MS) return;
      reportedAt = performance.now();
      reporting = reporting.then(report).catch((error: unknown) => {
        if (!isTransient(error)) onError(error);
      });
    },
    end: () => reporting,
  };
}
