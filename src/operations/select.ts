// The selection: which products an operation is about, written down as chunks before the first of them is touched.
import type pg from "pg";
import { lockKeys } from "../db/advisory-locks.ts";
import { withTransaction, type Queryable } from "../db/connection/connect.ts";
import { countSelected, deleteChunks, insertChangesetChunks, insertFilterChunks } from "./chunk-store.ts";
import { chunkProducts, type OperationContext } from "./context.ts";
import { markRunning, readOperation } from "./store.ts";
import { readUndone } from "./undo/store.ts";
import type { Operation } from "../../contract/changesets/operations.ts";

/** Selects and lets lanes begin, unless somebody else is at it or has done it. */
export async function selectProducts(context: OperationContext, operation: Operation): Promise<void> {
  await withTransaction(context.pool, async (client) => {
    if (!(await lockSelection(client, operation.id))) return;
    // Whoever had the lock until now may have done it.
    if ((await readOperation(client, operation.id))?.state !== "selecting") return;
    await insertSelection(client, context, operation);
    await beginRunning(client, context, operation);
  });
}

/** @returns false when another process holds the lock, which ends with the transaction */
async function lockSelection(client: pg.ClientBase, operationId: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock($1, $2) as locked",
    lockKeys("selection", operationId),
  );
  return rows[0]?.locked === true;
}

/** Writes the chunks, in place of those that an attempt before may have left. */
export async function insertSelection(db: Queryable, context: OperationContext, operation: Operation): Promise<void> {
  const { id, kind, options } = operation;
  const size = chunkProducts(context);
  await deleteChunks(db, id);
  if (kind === "undo") {
    const undone = await readUndone(db, options.undoes as number);
    await insertChangesetChunks(db, id, size, undone, undone.kind === "undo");
  } else await insertFilterChunks(db, id, size, options.filter ?? {});
}

/** From here lanes work on the chunks. Nothing happens where the operation was cancelled, or somebody else was faster. */
export async function beginRunning(db: Queryable, context: OperationContext, operation: Operation): Promise<void> {
  const { id, kind, options } = operation;
  const { chunks, products } = await countSelected(db, id);
  // What the changeset created and somebody deleted since is as it was before.
  const gone = kind === "undo" ? Math.max(0, (await readUndone(db, options.undoes as number)).made - products) : 0;
  if (await markRunning(db, id, products + gone, gone)) {
    await context.sendExecutors(db, id, Math.max(1, Math.min(context.concurrency, chunks)));
  } else await deleteChunks(db, id);
}
