// SQL of imports that wait: why they wait, and their signs of life meanwhile.
import type { Queryable } from "../../db/connection/connect.ts";
import { changeImport } from "../store.ts";
import type { Import } from "../../../contract/imports/imports.ts";

const IS_ACTIVE = "state in ('scanning', 'loading') and not cancel_requested";

/** Stores why the import waits; null means that it continues. @returns false if the import was cancelled or has ended */
export async function noteWaiting(db: Queryable, id: number, waitReason: Import["wait_reason"]): Promise<boolean> {
  return (await changeImport(db, id, "wait_reason = $2", IS_ACTIVE, [waitReason])) > 0;
}

/** Gives a sign of life while the import waits for its turn. @returns false if the import was cancelled or has ended */
export async function noteAlive(db: Queryable, id: number): Promise<boolean> {
  return (await changeImport(db, id, "wait_reason = wait_reason", IS_ACTIVE, [])) > 0;
}
