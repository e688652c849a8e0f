// The operations' part of a worker: which job does what, and the look for what a dead process left.
import { setTimeout as sleep } from "node:timers/promises";
import type { PgBoss } from "pg-boss";
import { OPERATION_EXECUTOR_QUEUE, sendJob, workQueue } from "../jobs/boss.ts";
import type { OperationContext } from "./context.ts";
import { runExecutor } from "./executor.ts";
import { SILENT_MS, takeOverSilentOperations } from "./take-over.ts";

const TAKE_OVER_MS = 2500;

export const operationSenders = (boss: PgBoss): Pick<OperationContext, "sendExecutors"> => ({
  sendExecutors: (db, operationId, count) =>
    sendJob(boss, db, OPERATION_EXECUTOR_QUEUE, { operation_id: operationId }, count),
});

/** Works on operations until the signal; returns when it has let go of the last one. */
export async function workOnOperations(boss: PgBoss, context: OperationContext, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  await workQueue(boss, OPERATION_EXECUTOR_QUEUE, context.concurrency, ({ operation_id }) => {
    const work = runExecutor(context, operation_id, signal);
    running.add(work);
    return work.finally(() => running.delete(work));
  });
  context.log.info({ concurrency: context.concurrency }, "worker ready for operations");
  // What was at work when the last worker died is silent for less than SILENT_MS: take it over now, not later.
  let silentMs = 0;
  while (!signal.aborted) {
    await takeOverSilentOperations(context, silentMs).catch((error: unknown) => {
      context.log.warn({ err: error }, "cannot look for unfinished operations");
    });
    silentMs = SILENT_MS;
    await sleep(TAKE_OVER_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.allSettled(running);
}
