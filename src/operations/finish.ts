// Ends an operation: sets its terminal state, completes its changeset and emits the event, all in one transaction.
import type { Queryable } from "../db/connection/connect.ts";
import { withTransaction } from "../db/connection/connect.ts";
import { emitEvents } from "../events/emit.ts";
import type { OperationContext } from "./context.ts";
import { markFinished, readOperation } from "./store.ts";
import { markUndone } from "./undo/store.ts";
import { toProblemDocument } from "../../contract/problem-document.ts";
import { Problem } from "../../contract/problems.ts";

type End = "done" | "cancelled" | "failed";

/** Ends the operation. Does nothing if it has already ended, or if it still has open chunks and `state` is "done". */
export async function finishOperation(
  context: Pick<OperationContext, "pool" | "log">,
  operationId: number,
  state: End,
  cause: unknown = null,
): Promise<void> {
  const problem = cause === null ? null : toProblemDocument(asProblem(cause, operationId));
  const ended = await withTransaction(context.pool, async (client) => {
    const isEnding = await markFinished(client, operationId, state, problem);
    if (isEnding) await concludeChangeset(client, operationId, state);
    return isEnding;
  });
  if (!ended) return;
  if (state === "failed" && !(cause instanceof Problem)) {
    context.log.error({ operation_id: operationId, err: cause }, "operation failed");
  } else context.log.info({ operation_id: operationId, state }, "operation ended");
}

/** The client sees a problem that it can act on; the log has the details of any other error. */
function asProblem(cause: unknown, operationId: number): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem(
    "internal-error",
    `The operation stopped because of an error. Search the server's log for operation_id ${operationId}.`,
    { cause },
  );
}

async function concludeChangeset(db: Queryable, operationId: number, state: End): Promise<void> {
  const operation = await readOperation(db, operationId);
  if (operation === undefined) return;
  const { kind, actor, changeset_id, options, created, updated, deleted, kept } = operation;
  // Emit no event for an operation that ended early without changing anything.
  if (state !== "done" && created + updated + deleted === 0) return;
  const common = { state, changeset_id, actor };
  switch (kind) {
    case "undo": {
      await markUndone(db, changeset_id, state === "done" && kept === 0);
      const data = { ...common, undone_changeset_id: options.undoes as number, created, updated, deleted, kept };
      return emitEvents(db, [{ type: "changeset.undone", changeset_id, data }]);
    }
    case "delete_all": {
      const data = { ...common, operation_id: operationId, deleted };
      return emitEvents(db, [{ type: "catalog.cleared", changeset_id, data }]);
    }
    case "bulk": {
      const data = { ...common, operation_id: operationId, action: options.action as string, updated, deleted };
      return emitEvents(db, [{ type: "bulk.completed", changeset_id, data }]);
    }
  }
}
