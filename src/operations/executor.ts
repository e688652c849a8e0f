// Processes an operation's chunks over one connection until none is left. Executors share nothing but the tables, so they can run in one
// process or in several. An executor claims a chunk by a row lock. If the executor is killed, PostgreSQL releases the lock immediately, and
// another executor can claim the chunk.
import type pg from "pg";
import { hasTids } from "../catalog/bulk/merge.ts";
import { processNextChunk } from "../jobs/process-chunk.ts";
import { runJob } from "../jobs/run-job.ts";
import { runSteps } from "../jobs/run-steps.ts";
import { JOIN_BY_KEY } from "../db/planner-hints.ts";
import { releaseParts, type Work } from "../jobs/attempts.ts";
import { applyBulk } from "./bulk/apply.ts";
import { claimChunk, markChunkDone, type Chunk, type ChunkCounts, type ChunkTime } from "./chunk-store.ts";
import type { OperationContext } from "./context.ts";
import { finishOperation } from "./finish.ts";
import { selectProducts } from "./select.ts";
import { noteAlive, readOperation, saveProgress } from "./store.ts";
import { applyUndo } from "./undo/apply.ts";
import type { Operation } from "../../contract/changesets/operations.ts";
import { Problem } from "../../contract/problems.ts";

/** Processes chunks until none is left. The last executor ends the operation. */
export const runExecutor = (context: OperationContext, operationId: number, signal: AbortSignal): Promise<void> =>
  runJob(
    {
      work: () => selectAndProcess(context, operationId, signal),
      fail: (cause) => finishOperation(context, operationId, "failed", cause),
      conclude: () => concludeOperation(context, operationId),
    },
    signal,
  );

async function selectAndProcess(context: OperationContext, operationId: number, signal: AbortSignal): Promise<void> {
  let operation = await readOperation(context.pool, operationId);
  if (operation?.state === "selecting" && !operation.cancel_requested) {
    await selectProducts(context, operation);
    operation = await readOperation(context.pool, operationId);
  }
  if (operation?.state === "running" && !operation.cancel_requested) await processChunks(context, operation, signal);
}

/** Ends an operation that has no chunk left or was cancelled. */
export async function concludeOperation(context: OperationContext, operationId: number): Promise<void> {
  const operation = await readOperation(context.pool, operationId);
  if (operation?.state === "selecting" && !operation.cancel_requested) return;
  await finishOperation(context, operationId, operation?.cancel_requested === true ? "cancelled" : "done");
}

async function processChunks(context: OperationContext, operation: Operation, signal: AbortSignal): Promise<void> {
  const { pool, log, limit } = context;
  const { id } = operation;
  const work: Work = { kind: "operation", id };
  const begun = new Set<number>();
  const withTids = await hasTids(pool);
  const step = (): Promise<boolean> =>
    processNextChunk(
      { pool, work, begun, signal, noteAlive: () => noteAlive(pool, id) },
      {
        claim: (client) => claimChunk(client, id),
        async process(client, chunk) {
          await client.query(JOIN_BY_KEY);
          await markChunkDone(client, id, chunk.chunk_no, await applyTo(client, chunk, operation, withTids));
        },
        died: workerDied,
      },
    );
  try {
    await runSteps(step, {
      signal,
      progress: {
        report: () => saveProgress(pool, id),
        onError: (err) => {
          log.warn({ operation_id: id, err }, "cannot save the operation's progress");
        },
      },
      limit,
    });
  } finally {
    await releaseParts(pool, work, begun);
  }
}

/** @param withTids whether statements may find products by their physical addresses; see `hasTids` */
function applyTo(
  client: pg.ClientBase,
  chunk: Chunk & ChunkTime,
  { id, kind, changeset_id, options }: Operation,
  withTids: boolean,
): Promise<ChunkCounts> {
  const stage = { changeset_id, part: chunk.chunk_no, now: chunk.now };
  switch (kind) {
    case "undo":
      return applyUndo(client, chunk, { operation_id: id, policy: options.policy ?? "keep", ...stage }, withTids);
    case "bulk":
    case "delete_all":
      return applyBulk(client, chunk, options, stage);
  }
}

const workerDied = (): Problem =>
  new Problem(
    "worker-died",
    "The worker stopped twice on the same products. The products counted so far were changed, and you can undo these changes. The remaining products were not changed. Select fewer products and try again. The server's log shows why the worker stopped.",
  );
