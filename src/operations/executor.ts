// A lane: one connection that works on an operation's chunks until none is left. Lanes share nothing but the tables, so they
// may run in one process or in many; a killed one's chunk is free at once, since its lease was the transaction's lock.
import type pg from "pg";
import { hasTids } from "../catalog/bulk/merge.ts";
import { runSteps } from "../jobs/run-steps.ts";
import { isTransient, retryTransient, withTransaction } from "../db/connection/connect.ts";
import { JOIN_BY_KEY } from "../db/planner-hints.ts";
import { beginPart, releaseParts, MAX_DEATHS } from "../jobs/attempts.ts";
import { applyBulk } from "./bulk/apply.ts";
import { claimChunk, markChunkDone } from "./chunk-store.ts";
import type { OperationContext } from "./context.ts";
import { finishOperation } from "./finish.ts";
import { selectProducts } from "./select.ts";
import { noteProgress, readOperation } from "./store.ts";
import { applyUndo } from "./undo/apply.ts";
import type { Operation } from "../../contract/changesets/operations.ts";
import { Problem } from "../../contract/problems.ts";

/** Works on chunks until there are none, then brings the operation to its end if this was the last lane. */
export async function runExecutor(context: OperationContext, operationId: number, signal: AbortSignal): Promise<void> {
  let operation = await readOperation(context.pool, operationId);
  try {
    if (operation?.state === "selecting" && !operation.cancel_requested) {
      await selectProducts(context, operation);
      operation = await readOperation(context.pool, operationId);
    }
    if (operation?.state === "running" && !operation.cancel_requested) await workOnChunks(context, operation, signal);
  } catch (error) {
    if (signal.aborted) return;
    // Not even now could the database be reached: the job is tried again, and the operation goes on.
    if (isTransient(error)) throw error;
    await retryTransient(() => finishOperation(context, operationId, "failed", error));
    return;
  }
  if (!signal.aborted) await retryTransient(() => concludeOperation(context, operationId));
}

/** Ends an operation that has no chunk left, or that somebody cancelled. */
export async function concludeOperation(context: OperationContext, operationId: number): Promise<void> {
  const operation = await readOperation(context.pool, operationId);
  if (operation?.state === "selecting" && !operation.cancel_requested) return;
  await finishOperation(context, operationId, operation?.cancel_requested === true ? "cancelled" : "done");
}

async function workOnChunks(context: OperationContext, operation: Operation, signal: AbortSignal): Promise<void> {
  const { pool, log } = context;
  const withTids = await hasTids(pool);
  const begun = new Set<number>();
  try {
    await runSteps(() => workOnNextChunk(pool, operation, withTids, begun, signal), {
      signal,
      progress: {
        report: () => noteProgress(pool, operation.id),
        onError: (err) => {
          log.warn({ operation_id: operation.id, err }, "cannot tell how the operation goes");
        },
      },
      limit: context.limit,
    });
  } finally {
    await releaseParts(pool, { kind: "operation", id: operation.id }, begun);
  }
}

async function workOnNextChunk(
  pool: pg.Pool,
  { id, kind, changeset_id, options }: Operation,
  withTids: boolean,
  begun: Set<number>,
  signal: AbortSignal,
): Promise<boolean> {
  // The note of a chunk whose transaction failed would count as a death where another worker takes the chunk.
  await releaseParts(pool, { kind: "operation", id }, begun);
  const done = await withTransaction(pool, async (client) => {
    const chunk = await claimChunk(client, id);
    if (chunk === undefined) return undefined;
    begun.add(chunk.chunk_no);
    const turn = { client, until: "commit" } as const;
    const deaths = await beginPart(pool, turn, { kind: "operation", id }, chunk.chunk_no, signal);
    if (deaths >= MAX_DEATHS) throw died();
    await client.query(JOIN_BY_KEY);
    const stamp = { changeset_id, part: chunk.chunk_no, now: chunk.now };
    const counts =
      kind === "undo"
        ? await applyUndo(client, id, chunk, options.policy ?? "keep", stamp, withTids)
        : await applyBulk(client, chunk, options, stamp);
    await markChunkDone(client, id, chunk.chunk_no, counts);
    return chunk.chunk_no;
  });
  if (done === undefined) return false;
  begun.delete(done);
  return true;
}

const died = (): Problem =>
  new Problem(
    "worker-died",
    "The worker stopped twice over the same products. What is counted was changed, and can be undone; the rest was not. Choose fewer products, and try again. The server's log shows how the worker stopped.",
  );
