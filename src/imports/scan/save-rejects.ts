// Stores the rejected and ignored rows that a scan has found.
import type { StoredReject } from "../rejects/make-reject.ts";
import { withTreeSources } from "../rejects/tree-sources.ts";
import { fenced, type Run } from "./scan-run.ts";
import { insertScanRejects } from "./store.ts";
import type { Dialect, IgnoredRow } from "../../../contract/imports/imports.ts";

/** Number of rejects per statement. */
const REJECTS_BATCH = 5000;

/** @param dialect the dialect of the file */
export async function saveRejects(
  run: Run,
  dialect: Dialect,
  rejects: readonly (StoredReject | IgnoredRow)[],
): Promise<void> {
  for (let i = 0; i < rejects.length; i += REJECTS_BATCH) {
    const found = rejects.slice(i, i + REJECTS_BATCH);
    const batch = await withTreeSources(found, run.context, run.work, dialect);
    await fenced(run, () => insertScanRejects(run.context.pool, run.work, batch));
  }
}
