// Limits how many sign-ins at the identity provider a network may start, because each start stores a row for ten minutes.
import { networkOf } from "../throttle/subjects.ts";

const WINDOW_MS = 60_000;
/** All users of an office may share one address, and sign in at the same time in the morning. */
const MAX_STARTS = 120;
/** Number of networks that are counted apart. Further networks share one count, so that the memory stays bounded. */
const MAX_NETWORKS = 10_000;

/** Returns a function that counts a start, and returns whether it is allowed.
 * @param now the current time in milliseconds; tests pass their own clock */
export function createStartLimit(now: () => number = () => performance.now()): (address: string) => boolean {
  let starts = new Map<string, number>();
  let began = now();
  return (address) => {
    if (now() - began >= WINDOW_MS) {
      starts = new Map();
      began = now();
    }
    const network = networkOf(address);
    const counted = starts.has(network) || starts.size < MAX_NETWORKS ? network : "others";
    const count = (starts.get(counted) ?? 0) + 1;
    starts.set(counted, count);
    return count <= MAX_STARTS;
  };
}
