// Selects the products of an operation and stores them as chunks, before the first product is changed.
import type pg from "pg";
import { parseFilter } from "../catalog/query/parse-filter.ts";
import { lockKeys } from "../db/advisory-locks.ts";
import { withTransaction, type Queryable } from "../db/connection/connect.ts";
import { countSelected, deleteChunks, insertChangesetChunks, insertFilterChunks } from "./chunk-store.ts";
import { chunkProducts, type OperationContext } from "./context.ts";
import { markRunning, readOperation } from "./store.ts";
import { readUndone } from "./undo/store.ts";
import type { Operation } from "../../contract/changesets/operations.ts";

/** Selects the products and starts the executors. Does nothing if another process is selecting them or has selected them. */
export async function selectProducts(context: OperationContext, operation: Operation): Promise<void> {
  await withTransaction(context.pool, async (client) => {
    if (!(await lockSelection(client, operation.id))) return;
    // The previous holder of the lock may have selected the products.
    if ((await readOperation(client, operation.id))?.state !== "selecting") return;
    await insertSelection(client, context, operation);
    await startExecutors(client, context, operation);
  });
}

/** Takes the advisory lock on the selection of the operation, until the transaction ends.
 * @returns false if another process holds the lock */
async function lockSelection(client: pg.ClientBase, operationId: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock($1, $2) as locked",
    lockKeys("selection", operationId),
  );
  return rows[0]?.locked === true;
}

/** Stores the chunks, and deletes any left by an earlier attempt.
 * @param filter the parsed filter of the operation, if the caller has it */
export async function insertSelection(
  db: Queryable,
  context: OperationContext,
  operation: Operation,
  filter = parseFilter(operation.options.filter ?? {}),
): Promise<void> {
  const { id, kind, options } = operation;
  const size = chunkProducts(context);
  await deleteChunks(db, id);
  switch (kind) {
    case "undo": {
      const undone = await readUndone(db, options.undoes as number);
      await insertChangesetChunks(db, id, size, undone);
      return;
    }
    case "bulk":
    case "delete_all":
      await insertFilterChunks(db, id, size, filter);
  }
}

/** Sets the operation to running and wakes the executors. If the operation was cancelled, deletes the chunks instead. Chunks of an operation
 * that is running already stay: executors are processing them. */
export async function startExecutors(db: Queryable, context: OperationContext, operation: Operation): Promise<void> {
  const { id, kind, options } = operation;
  const { chunks, products } = await countSelected(db, id);
  // Products that the changeset created are not selected if they were deleted later: they do not exist now, just as before the changeset.
  const gone = kind === "undo" ? Math.max(0, (await readUndone(db, options.undoes as number)).changed - products) : 0;
  if (await markRunning(db, id, products + gone, gone)) {
    await context.sendExecutors(db, id, Math.max(1, Math.min(context.concurrency, chunks)));
  } else if ((await readOperation(db, id))?.state !== "running") await deleteChunks(db, id);
}
