// Throttle: while list requests arrive, loaders and executors leave one CPU core to the server and its database.
import { availableParallelism } from "node:os";
import pLimit from "p-limit";

/** How long the limit stays lowered after a list request. Someone who is browsing sends the next list request within this time. */
const THROTTLE_MS = 2000;

export interface LoaderLimit {
  /** Runs a step of a loader or executor as soon as the limit permits another concurrent step. */
  run: <T>(step: () => Promise<T>) => Promise<T>;
  /** Lowers the limit for two seconds. */
  throttle: () => void;
}

export function createLoaderLimit(cores = availableParallelism()): LoaderLimit {
  const limit = pLimit(Infinity);
  const restore = setTimeout(() => (limit.concurrency = Infinity), THROTTLE_MS).unref();
  return {
    run: (step) => limit(step),
    throttle() {
      limit.concurrency = Math.max(1, cores - 1);
      restore.refresh();
    },
  };
}
