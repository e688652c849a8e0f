// The SQL of imports that wait.
import type { Queryable } from "../db/connection/connect.ts";
import { changeImport } from "./store.ts";
import type { Import } from "../../contract/imports/imports.ts";

/** Sets why the import waits; null = it no longer does. @returns false when it is cancelled or over */
export async function noteWaiting(db: Queryable, id: number, waitReason: Import["wait_reason"]): Promise<boolean> {
  const met = await changeImport(
    db,
    id,
    "wait_reason = $2",
    "state in ('scanning', 'loading') and not cancel_requested",
    [waitReason],
  );
  return met > 0;
}
