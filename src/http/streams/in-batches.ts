// Processes many items without blocking the event loop.
import { setImmediate as nextTurn } from "node:timers/promises";

/** Number of items per turn of the event loop: 100 writes to sockets take about a millisecond. */
const BATCH = 100;

/** Calls `work` for each item that `items` contains now; items that are added later are not processed. */
export async function inBatches<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let done = 0;
  for (const item of [...items]) {
    if (done > 0 && done % BATCH === 0) await nextTurn();
    done += 1;
    work(item);
  }
}
