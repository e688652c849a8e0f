// Work on many items that leaves the event loop to others in between.
import { setImmediate as nextTurn } from "node:timers/promises";

/** 100 writes to sockets take about a millisecond. */
const SLICE = 100;

/** Calls `work` for each item that was there at the call. */
export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let done = 0;
  for (const item of [...items]) {
    if (done > 0 && done % SLICE === 0) await nextTurn();
    done += 1;
    work(item);
  }
}
