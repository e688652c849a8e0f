// SQL of imports that wait: stores the reason, and updates the import's row to show that its worker is alive.
import type { Queryable } from "../../db/connection/connect.ts";
import { changeImport } from "../store.ts";
import type { Import } from "../../../contract/imports/imports.ts";

const IS_ACTIVE = "state in ('scanning', 'loading') and not cancel_requested";

/** Stores the reason why the import waits, or null if it continues. @returns false if the import was cancelled or has ended */
export async function noteWaiting(db: Queryable, id: number, waitReason: Import["wait_reason"]): Promise<boolean> {
  return (await changeImport(db, id, "wait_reason = $2", IS_ACTIVE, [waitReason])) > 0;
}

/** Updates the import's row while the import waits for its turn, to show that its worker is alive.
 * @returns false if the import was cancelled or has ended */
export async function noteAlive(db: Queryable, id: number): Promise<boolean> {
  return (await changeImport(db, id, "wait_reason = wait_reason", IS_ACTIVE, [])) > 0;
}
