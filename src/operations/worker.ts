// Registers the operation jobs of a worker process, and periodically takes over operations whose worker has died.
import type { PgBoss } from "pg-boss";
import { sweepAttempts } from "../jobs/attempts.ts";
import { OPERATION_EXECUTOR_QUEUE, sendJob, workHourly, workQueue } from "../jobs/boss.ts";
import { runWorkerLoop } from "../jobs/worker-loop.ts";
import type { OperationContext } from "./context.ts";
import { runExecutor } from "./executor.ts";
import { takeOverSilentOperations } from "./take-over.ts";

const UNFINISHED = "select id from operations where state not in ('done', 'cancelled', 'failed')";

export const operationSenders = (boss: PgBoss): Pick<OperationContext, "sendExecutors"> => ({
  sendExecutors: (db, operationId, count) =>
    sendJob(boss, db, { kind: OPERATION_EXECUTOR_QUEUE }, { operation_id: operationId }, count),
});

/** Works on operations until `signal` aborts, then waits for the running executors to stop. */
export async function workOnOperations(boss: PgBoss, context: OperationContext, signal: AbortSignal): Promise<void> {
  const { log, concurrency } = context;
  await runWorkerLoop(
    {
      subject: "operations",
      log,
      concurrency,
      async register(track) {
        await workQueue(boss, { kind: OPERATION_EXECUTOR_QUEUE }, concurrency, ({ operation_id }) =>
          track(runExecutor(context, operation_id, signal)),
        );
        await workHourly(boss, "sweep-operation-attempts", 57, () =>
          sweepAttempts(context.pool, "operation", UNFINISHED),
        );
      },
      takeOver: (silentMs) => takeOverSilentOperations(context, silentMs),
    },
    signal,
  );
}
