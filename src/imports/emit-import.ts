// Emits an event with the import's summary, inside the transaction that changes its state. Long problems are shortened, as in lists.
import type { Queryable } from "../db/connection/connect.ts";
import { emitEvents } from "../events/emit.ts";
import { readListedImport } from "./store.ts";

export async function emitImport(
  db: Queryable,
  importId: number,
  type: "import.started" | "import.held" | "import.completed" | "import.failed" | "import.cancelled",
): Promise<void> {
  const state = await readListedImport(db, importId);
  if (state === undefined) return;
  const {
    changeset_id,
    actor,
    filename,
    rows,
    created,
    updated,
    unchanged,
    deleted,
    adds,
    superseded,
    rejected,
    ignored,
    problem,
  } = state;
  const summary = {
    import_id: importId,
    changeset_id,
    actor,
    filename,
    rows,
    created,
    updated,
    unchanged,
    deleted,
    adds,
    superseded,
    rejected,
    ignored,
  };
  if (type === "import.failed" || type === "import.held")
    await emitEvents(db, [{ type, changeset_id, data: { ...summary, problem } }]);
  else await emitEvents(db, [{ type, changeset_id, data: summary }]);
}
