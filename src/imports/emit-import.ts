// What an import tells others: its summary, in the transaction that makes it true.
import type { Queryable } from "../db/connect.ts";
import { emitEvents } from "../events/emit.ts";
import { readImport } from "./store.ts";

export async function emitImport(
  db: Queryable,
  import_id: number,
  type: "import.started" | "import.completed" | "import.failed" | "import.cancelled",
): Promise<void> {
  const state = await readImport(db, import_id);
  if (state === undefined) return;
  const { changeset_id, filename, rows, created, updated, unchanged, superseded, rejected, problem } = state;
  const summary = { import_id, changeset_id, filename, rows, created, updated, unchanged, superseded, rejected };
  if (type === "import.failed") await emitEvents(db, [{ type, changeset_id, data: { ...summary, problem } }]);
  else await emitEvents(db, [{ type, changeset_id, data: summary }]);
}
