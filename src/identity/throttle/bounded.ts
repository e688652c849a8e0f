// Bounds the work that people who are not signed in can cause.
import pLimit from "p-limit";
import { Problem } from "../../../contract/problems.ts";

/** Returns a function that runs at most `atOnce` works at the same time; up to `maxWaiting` more wait for their turn.
 * That function throws Problem not-ready if too many are waiting. */
export function createBound(atOnce: number, maxWaiting: number): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(atOnce);
  return async (work) => {
    if (limit.pendingCount >= maxWaiting)
      throw new Problem("not-ready", "Too many sign-ins are waiting at the moment. Try again in a few seconds.");
    return limit(work);
  };
}
