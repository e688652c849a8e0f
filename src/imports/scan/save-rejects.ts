// Stores the rejected and ignored rows that a scan has found.
import type { StoredReject } from "../rejects/make-reject.ts";
import { fenced, type Run } from "./scan-run.ts";
import { insertScanRejects } from "./store.ts";
import type { IgnoredRow } from "../../../contract/imports/imports.ts";

/** Number of rejects per statement. */
const REJECTS_BATCH = 5000;

export async function saveRejects(run: Run, rejects: readonly (StoredReject | IgnoredRow)[]): Promise<void> {
  for (let i = 0; i < rejects.length; i += REJECTS_BATCH) {
    const batch = rejects.slice(i, i + REJECTS_BATCH);
    await fenced(run, () => insertScanRejects(run.context.pool, run.work, batch));
  }
}
