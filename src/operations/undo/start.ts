// The beginning of an undo: whether it is possible at all, its changeset and its record. A worker selects the products.
import { insertChangeset } from "../../catalog/changeset-store.ts";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import type { OperationContext } from "../context.ts";
import { insertOperation } from "../store.ts";
import type { Policy } from "./plan.ts";
import { findRunningUndo, findUndone, lockChangeset, type Undone } from "./store.ts";
import { Problem } from "../../../contract/problems.ts";

/** @throws Problem not-found, changeset-running, already-undone, history-purged */
export async function startUndo(
  context: OperationContext,
  changeset_id: number,
  policy: Policy,
  actor: string,
): Promise<number> {
  return withTransaction(context.pool, async (client) => {
    await lockChangeset(client, changeset_id);
    await checkUndoable(client, changeset_id);
    const undo_id = await insertChangeset(client, { kind: "undo", actor, undoes: changeset_id });
    const options = { undoes: changeset_id, policy };
    const operation_id = await insertOperation(client, { kind: "undo", actor, options, changeset_id: undo_id });
    await context.sendOperationLanes(client, operation_id, 1);
    return operation_id;
  });
}

/** @throws Problem as above */
export async function checkUndoable(db: Queryable, changeset_id: number): Promise<Undone> {
  const undone = await findUndone(db, changeset_id);
  if (undone === undefined) throw new Problem("not-found", `There is no changeset ${changeset_id}.`);
  if (undone.purged_at !== null) {
    throw new Problem(
      "history-purged",
      `What products were before changeset ${changeset_id} is no longer kept, so it cannot be undone.`,
    );
  }
  if (undone.finished_at === null) {
    throw new Problem(
      "changeset-running",
      `Changeset ${changeset_id} still runs. Wait until it is complete, or cancel it.`,
    );
  }
  if (undone.undone_in !== null) {
    throw new Problem(
      "already-undone",
      `Changeset ${changeset_id} was undone by changeset ${undone.undone_in}. Undo that one to have it back.`,
      { extra: { undone_by: undone.undone_in } },
    );
  }
  const running = await findRunningUndo(db, changeset_id);
  if (running !== undefined) {
    throw new Problem("changeset-running", `Operation ${running} is undoing changeset ${changeset_id} at the moment.`, {
      extra: { operation_id: running },
    });
  }
  return undone;
}
