// Lanes give way to people: while somebody looks at lists, one processor is left to the server and its database.
import { availableParallelism } from "node:os";
import pLimit from "p-limit";

/** Who looks through lists asks for the next one within this time. */
const GIVE_WAY_MS = 2000;

/** A server's message to its worker. */
export const THROTTLE = "give way";

export interface LoaderLimit {
  /** Takes a lane's next step as soon as there may be one more. */
  run: <T>(step: () => Promise<T>) => Promise<T>;
  /** Fewer lanes for a while. */
  throttle: () => void;
}

export function createLoaderLimit(processors = availableParallelism(), throttleMs = GIVE_WAY_MS): LoaderLimit {
  const limit = pLimit(Infinity);
  const back = setTimeout(() => (limit.concurrency = Infinity), throttleMs).unref();
  return {
    run: (step) => limit(step),
    throttle() {
      limit.concurrency = Math.max(1, processors - 1);
      back.refresh();
    },
  };
}
