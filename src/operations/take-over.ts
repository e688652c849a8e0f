// Takes over operations whose worker has died. Workers do this when they start, and then periodically.
import { listSilentWork, type SilentWork } from "../jobs/unfinished-work.ts";
import { deleteChunksOfEndedOperations } from "./chunk-store.ts";
import type { OperationContext } from "./context.ts";
import { finishOperation } from "./finish.ts";
import { WORKED_ON } from "./is-operating.ts";

type SilentOperation = SilentWork<(typeof WORKED_ON.states)[number]>;

/** Wakes workers for operations without a sign of life for `silentMs`. Waking a worker for an operation that is still being worked on is
 * harmless: a second executor takes other chunks, and a second selection finds the lock taken. */
export async function takeOverSilentOperations(context: OperationContext, silentMs: number): Promise<void> {
  for (const { id, state, cancel_requested } of await listSilentWork<SilentOperation>(
    context.pool,
    WORKED_ON,
    silentMs,
    [],
  )) {
    if (cancel_requested) await finishOperation(context, id, "cancelled");
    else await context.sendExecutors(context.pool, id, EXECUTORS[state](context));
  }
  await deleteChunksOfEndedOperations(context.pool);
}

/** Number of executors to wake for an operation in this state. In the state `selecting`, one executor selects the products and then
 * wakes the other executors. */
const EXECUTORS: Record<(typeof WORKED_ON.states)[number], (context: OperationContext) => number> = {
  selecting: () => 1,
  running: ({ concurrency }) => concurrency,
};
