// Picks up operations that nobody works on any more, because their process was killed: at a worker's start, and now and then.
import { dropLeftChunks } from "./chunk-store.ts";
import type { OperationContext } from "./context.ts";
import { finishOperation } from "./finish.ts";
import { listSilentOperations } from "./store.ts";

/** A lane at work gives a sign of life with every chunk. */
export const SILENT_MS = 10_000;

/** Wakes workers for operations without a sign of life for `silent_ms`. To wake one that is at work after all does no harm: a
 * second lane finds other chunks, a second selection finds the lock taken. */
export async function takeOverSilentOperations(context: OperationContext, silentMs: number): Promise<void> {
  for (const { id, state, cancel_requested } of await listSilentOperations(context.pool, silentMs)) {
    if (cancel_requested) await finishOperation(context, id, "cancelled");
    else await context.sendExecutors(context.pool, id, state === "selecting" ? 1 : context.concurrency);
  }
  await dropLeftChunks(context.pool);
}
