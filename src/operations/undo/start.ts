// Starts an undo: checks that the changeset can be undone and records the operation. A worker selects the products.
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { withCertainCommit } from "../../db/connection/certain-commit.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { OperationContext } from "../context.ts";
import { insertOperation } from "../store.ts";
import type { Policy } from "./plan.ts";
import { findRunningUndo, findUndone, lockChangeset, type Undone } from "./store.ts";
import { Problem } from "../../../contract/problems.ts";

/** @throws Problem not-found, changeset-running, already-undone, history-purged */
export async function startUndo(
  context: OperationContext,
  changesetId: number,
  policy: Policy,
  actor: string,
): Promise<number> {
  return withCertainCommit(context.pool, async (client) => {
    await lockChangeset(client, changesetId);
    await checkUndoable(client, changesetId);
    const undoId = await insertChangeset(client, { kind: "undo", actor, undoes: changesetId });
    const options = { undoes: changesetId, policy };
    const operationId = await insertOperation(client, { kind: "undo", actor, options, changeset_id: undoId });
    await context.sendExecutors(client, operationId, 1);
    return operationId;
  });
}

/** @throws Problem not-found, changeset-running, already-undone, history-purged */
export async function checkUndoable(db: Queryable, changesetId: number): Promise<Undone> {
  const undone = await findUndone(db, changesetId);
  if (undone === undefined) throw new Problem("not-found", `Changeset ${changesetId} does not exist.`);
  if (undone.purged_at !== null) {
    throw new Problem(
      "history-purged",
      `Changeset ${changesetId} cannot be undone because its history has been deleted.`,
    );
  }
  if (undone.finished_at === null) {
    throw new Problem(
      "changeset-running",
      `Changeset ${changesetId} is still running. Wait until it has ended, or cancel it.`,
    );
  }
  if (undone.undone_in !== null) {
    throw new Problem(
      "already-undone",
      `Changeset ${changesetId} has already been undone by changeset ${undone.undone_in}. To reapply it, undo changeset ${undone.undone_in}.`,
      { extra: { undone_by: undone.undone_in } },
    );
  }
  const running = await findRunningUndo(db, changesetId);
  if (running !== undefined) {
    throw new Problem(
      "changeset-running",
      `Operation ${running} is already undoing changeset ${changesetId}. Wait until it has ended.`,
      {
        extra: { operation_id: running },
      },
    );
  }
  return undone;
}
