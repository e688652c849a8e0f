// Registers the operation jobs of a worker process, and periodically takes over operations whose worker has died.
import type { PgBoss } from "pg-boss";
import { OPERATION_EXECUTOR_QUEUE, sendJob, workQueue } from "../jobs/boss.ts";
import { runWorkerLoop } from "../jobs/worker-loop.ts";
import type { OperationContext } from "./context.ts";
import { runExecutor } from "./executor.ts";
import { takeOverSilentOperations } from "./take-over.ts";

export const operationSenders = (boss: PgBoss): Pick<OperationContext, "sendExecutors"> => ({
  sendExecutors: (db, operationId, count) =>
    sendJob(boss, db, OPERATION_EXECUTOR_QUEUE, { operation_id: operationId }, count),
});

/** Works on operations until `signal` aborts, then waits for the running executors to stop. */
export async function workOnOperations(boss: PgBoss, context: OperationContext, signal: AbortSignal): Promise<void> {
  const { log, concurrency } = context;
  await runWorkerLoop(
    {
      subject: "operations",
      log,
      concurrency,
      register: (track) =>
        workQueue(boss, OPERATION_EXECUTOR_QUEUE, concurrency, ({ operation_id }) =>
          track(runExecutor(context, operation_id, signal)),
        ),
      takeOver: (silentMs) => takeOverSilentOperations(context, silentMs),
    },
    signal,
  );
}
