// How a lane gets through its chunks, those of an import or of an operation: one after the other, again after a conflict with
// another writer, telling now and then how far it is.
import { isTransient, retryTransient } from "../db/connection/connect.ts";
import type { LoaderLimit } from "./loader-limit.ts";
import { ConcurrentChange } from "../db/concurrent-change.ts";

/** Progress is told this often; the page shows no more. */
const TELL_MS = 200;
/** Conflicts with other writers on one chunk before giving up: each means that somebody else got on. */
const MAX_CONFLICTS = 100;

export interface WorkOptions {
  signal: AbortSignal;
  progress?: Progress;
  /** Before a step is taken again. */
  onConflict?: () => void;
  /** Lets a step wait for others. */
  limit?: LoaderLimit["run"] | undefined;
}

export interface Progress {
  /** Tells how far the work is: now and then, after a step that had something to do. */
  report: () => Promise<void>;
  /** Hears why it could not be told, unless that is a passing fault. */
  onError: (error: unknown) => void;
}

/** Takes steps until one finds nothing to do and says false. A step is a transaction that may be taken again: it is, when the
 * database was away for a moment, and when another writer was faster. */
export async function runSteps(
  step: () => Promise<boolean>,
  { signal, progress, onConflict, limit = (next) => next() }: WorkOptions,
): Promise<void> {
  const reporter = progress === undefined ? undefined : createReporter(progress);
  const nextStep = (): Promise<boolean> => {
    // Whoever had to wait may be wanted no more.
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

/** A product appeared (23505), changed or went while a chunk was worked on: look again. */
const isConflict = (error: unknown): boolean =>
  error instanceof ConcurrentChange || (error as { code?: unknown }).code === "23505";

/** Tells beside the work: a lane must not wait until it is on disk. `end` resolves when the last telling has ended. */
function createReporter({ report: tell, onError }: Progress): { report: () => void; end: () => Promise<void> } {
  let told = -Infinity;
  let reporting = Promise.resolve();
  return {
    report() {
      if (performance.now() - told < TELL_MS) return;
      told = performance.now();
      reporting = reporting.then(tell).catch((error: unknown) => {
        if (!isTransient(error)) onError(error);
      });
    },
    end: () => reporting,
  };
}
