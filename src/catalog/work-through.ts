// How a lane gets through its chunks, those of an import or of an operation: one after the other, again after a conflict with
// another writer, telling now and then how far it is.
import { isTransient, retryTransient } from "../db/connect.ts";
import { ConcurrentChange } from "./merge.ts";

/** Progress is told this often; the page shows no more. */
const TELL_MS = 200;
/** Conflicts with other writers on one chunk before giving up: each means that somebody else got on. */
const MAX_CONFLICTS = 100;

export interface WorkOptions {
  signal: AbortSignal;
  /** After each step that had something to do. */
  onStep?: () => void;
  /** Before a step is taken again. */
  onConflict?: () => void;
}

/** Takes steps until one finds nothing to do and says false. A step is a transaction that may be taken again: it is, when the
 * database was away for a moment, and when another writer was faster. */
export async function workThrough(
  step: () => Promise<boolean>,
  { signal, onStep, onConflict }: WorkOptions,
): Promise<void> {
  for (let conflicts = 0; ;) {
    signal.throwIfAborted();
    try {
      if (!(await retryTransient(step, { signal }))) return;
      conflicts = 0;
      onStep?.();
    } catch (error) {
      if (!isConflict(error) || ++conflicts > MAX_CONFLICTS) throw error;
      onConflict?.();
    }
  }
}

/** A product appeared (23505), changed or went while a chunk was worked on: look again. */
const isConflict = (error: unknown): boolean =>
  error instanceof ConcurrentChange || (error as { code?: unknown }).code === "23505";

export interface Teller {
  tell: () => void;
  /** Resolves when the last telling has ended. */
  end: () => Promise<void>;
}

/** Tells now and then, beside the work: a lane must not wait until it is on disk. `onError` hears of what is no passing fault. */
export function createTeller(tellOnce: () => Promise<void>, onError: (error: unknown) => void): Teller {
  let told = -Infinity;
  let telling = Promise.resolve();
  return {
    tell() {
      if (performance.now() - told < TELL_MS) return;
      told = performance.now();
      telling = telling.then(tellOnce).catch((error: unknown) => {
        if (!isTransient(error)) onError(error);
      });
    },
    end: () => telling,
  };
}
