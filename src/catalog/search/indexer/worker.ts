// Runs the indexer in a worker: it processes the backlog whenever the backlog contains entries.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { summarizeHistory } from "./store.ts";
import { foldStoredWords } from "./fold-words.ts";
import { createIndexMemory, indexBacklog } from "./index-backlog.ts";
import { readBacklogSize } from "../pending/read-backlog.ts";

/** The interval at which the indexer checks the backlog. Lists contain an edit immediately, even before it is indexed. */
const POLL_MS = 300;
/** If more changes than this are pending, lists are slow. The indexer then runs half of the time even during an import. */
const LARGE_BACKLOG = 1_000_000;
const AFTER_ERROR_MS = 5000;
/** If more changes than this are pending, the indexer first updates the block range (BRIN) index of the history, which takes 0.2 s for
 * 500,000 changes. */
const MIN_SUMMARIZED = 20_000;
/** An update of the index is logged only if it processed more products than this. */
const MIN_LOGGED = 10_000;

export interface IndexerContext {
  pool: pg.Pool;
  log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  /** Whether an import or other work is running that the indexer must not slow down. */
  isBusy: () => Promise<boolean>;
}

/** Runs until the signal aborts. */
export async function runIndexer({ pool, log, isBusy }: IndexerContext, signal: AbortSignal): Promise<void> {
  const memory = createIndexMemory();
  let areWordsFolded = false;
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    try {
      let batchStarted = performance.now();
      const shouldContinue = async (): Promise<boolean> => {
        if (signal.aborted) return false;
        if (await isBusy()) {
          if ((await readBacklogSize(pool)).pending < LARGE_BACKLOG) return false;
          await pause(performance.now() - batchStarted);
        }
        batchStarted = performance.now();
        return true;
      };
      const started = performance.now();
      const { pending } = await readBacklogSize(pool);
      const hasWork = pending > 0 && (await shouldContinue());
      // First add the new history to its block range (BRIN) index, so that the changes of a large import can be listed soon.
      if (hasWork && pending > MIN_SUMMARIZED) await summarizeHistory(pool);
      const products = hasWork ? await indexBacklog(pool, memory, { shouldContinue }) : 0;
      const ms = Math.round(performance.now() - started);
      if (pending === 0) areWordsFolded ||= await foldStoredWords(pool, { shouldContinue });
      if (products > MIN_LOGGED) log.info({ products, ms }, "search index up to date");
      if (products > 0) continue;
    } catch (error) {
      log.warn({ err: error }, "cannot update the search index; retrying");
      await pause(AFTER_ERROR_MS);
    }
    await pause(POLL_MS);
  }
}
