// The end of an operation, whatever it is: one terminal state, told to others in the same transaction.
import type { Queryable } from "../db/connection/connect.ts";
import { withTransaction } from "../db/connection/connect.ts";
import { emitEvents } from "../events/emit.ts";
import type { OperationContext } from "./context.ts";
import { markFinished, readOperation } from "./store.ts";
import { markUndone } from "./undo/store.ts";
import { toProblemDocument } from "../../contract/problem-document.ts";
import { Problem } from "../../contract/problems.ts";

type End = "done" | "cancelled" | "failed";

/** Ends the operation unless it has ended already, or is not as far. */
export async function finishOperation(
  context: Pick<OperationContext, "pool" | "log">,
  operationId: number,
  state: End,
  cause: unknown = null,
): Promise<void> {
  const problem = cause === null ? null : toProblemDocument(asProblem(cause, operationId));
  const ended = await withTransaction(context.pool, async (client) => {
    const met = await markFinished(client, operationId, state, problem);
    if (met) await concludeChangeset(client, operationId, state);
    return met;
  });
  if (!ended) return;
  if (state === "failed" && !(cause instanceof Problem)) {
    context.log.error({ operation_id: operationId, err: cause }, "operation failed");
  } else context.log.info({ operation_id: operationId, state }, "operation ended");
}

/** The caller learns what it can act on; the rest is in the log. */
function asProblem(cause: unknown, operationId: number): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem(
    "internal-error",
    `The operation stopped on an error. The server's log names it under operation_id ${operationId}.`,
    { cause },
  );
}

/** Says which changesets are in force now, and tells others. */
async function concludeChangeset(db: Queryable, operationId: number, state: End): Promise<void> {
  const operation = await readOperation(db, operationId);
  if (operation === undefined) return;
  const { kind, changeset_id, options, created, updated, deleted, kept } = operation;
  // What ended early without a change is nobody's business.
  if (state !== "done" && created + updated + deleted === 0) return;
  const common = { state, changeset_id };
  if (kind === "undo") {
    await markUndone(db, changeset_id, state === "done" && kept === 0);
    const data = { ...common, undone_changeset_id: options.undoes as number, created, updated, deleted, kept };
    await emitEvents(db, [{ type: "changeset.undone", changeset_id, data }]);
  } else if (kind === "delete_all") {
    await emitEvents(db, [
      { type: "catalog.cleared", changeset_id, data: { ...common, operation_id: operationId, deleted } },
    ]);
  } else {
    const data = { ...common, operation_id: operationId, action: options.action as string, updated, deleted };
    await emitEvents(db, [{ type: "bulk.completed", changeset_id, data }]);
  }
}
