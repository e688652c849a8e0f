// The search index's part of a worker: it catches up whenever there is a backlog.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { summarizeHistory } from "./store.ts";
import { createIndexMemory, indexBacklog } from "./index-backlog.ts";
import { readBacklogSize } from "../pending/read-backlog.ts";

/** An edit waits this long at most until the index begins with it; lists are right all the same. */
const POLL_MS = 300;
/** A larger backlog makes lists slow, so it is worked on even while something more urgent runs, half of the time. */
const LARGE = 1_000_000;
const AFTER_ERROR_MS = 5000;
/** Changes of which the history's block range index is told at once, a matter of 0.2 s for 500,000; fewer it hardly needs. */
const MANY = 20_000;

export interface IndexWork {
  pool: pg.Pool;
  log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  /** Whether something runs that the index must not slow down, such as an import. */
  isBusy: () => Promise<boolean>;
}

/** Works on the index until the signal. */
export async function runIndexer({ pool, log, isBusy }: IndexWork, signal: AbortSignal): Promise<void> {
  const memory = createIndexMemory();
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    try {
      let sliceStarted = performance.now();
      const goOn = async (): Promise<boolean> => {
        if (signal.aborted) return false;
        if (await isBusy()) {
          if ((await readBacklogSize(pool)).behind < LARGE) return false;
          await pause(performance.now() - sliceStarted);
        }
        sliceStarted = performance.now();
        return true;
      };
      const started = performance.now();
      const { behind } = await readBacklogSize(pool);
      const hasWork = behind > 0 && (await goOn());
      // Whoever looks at the changes of a large import next should not wait for this.
      if (hasWork && behind > MANY) await summarizeHistory(pool);
      const products = hasWork ? await indexBacklog(pool, memory, { goOn }) : 0;
      const ms = Math.round(performance.now() - started);
      if (products > 10_000) log.info({ products, ms }, "search index has caught up");
      if (products > 0) continue;
    } catch (error) {
      log.warn({ err: error }, "cannot bring the search index up to date; trying again");
      await pause(AFTER_ERROR_MS);
    }
    await pause(POLL_MS);
  }
}
