// The main loop of a worker for one kind of work (imports, operations): takes jobs from the queues and periodically takes over work whose
// process has died.
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";

/** A worker takes over work that has shown no sign of life for this long. Work shows a sign of life with every chunk. */
export const SILENT_WORK_MS = 10_000;
/** Pause between two checks for such work. If a machine vanishes, another worker takes over its work after 10 to 13 s: SILENT_WORK_MS plus
 * up to one pause. */
const TAKE_OVER_MS = 2500;

export interface WorkerLoop {
  /** Name of the work in the log, such as "imports". */
  subject: string;
  log: Log;
  /** Number of connections that one import or operation uses at the same time. */
  concurrency: number;
  /** Registers the queues. Every job must run through `track`, so that the loop can wait for it. */
  register(track: Track): Promise<void>;
  /** Wakes workers for work that has shown no sign of life for `silentMs`. */
  takeOver(silentMs: number): Promise<void>;
}

export type Track = (job: Promise<void>) => Promise<void>;

/** Works until `signal` aborts, then waits for the running jobs to stop. */
export async function runWorkerLoop(loop: WorkerLoop, signal: AbortSignal): Promise<void> {
  const { subject, log, concurrency } = loop;
  const running = new Set<Promise<void>>();
  await loop.register((job) => {
    running.add(job);
    return job.finally(() => running.delete(job));
  });
  // From here on the worker survives the loss of its database.
  log.info({ concurrency }, `worker ready for ${subject}`);
  // The first check does not wait for SILENT_WORK_MS: this worker may replace one that has just died.
  let silentMs = 0;
  while (!signal.aborted) {
    await loop.takeOver(silentMs).catch((error: unknown) => {
      log.warn({ err: error }, `cannot check for ${subject} whose worker has died; retrying`);
    });
    silentMs = SILENT_WORK_MS;
    await sleep(TAKE_OVER_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.allSettled(running);
}
