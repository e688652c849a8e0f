// The scan of one import: takes its lock and its token, has the file read, and decides how the scan ends.
import { isTransient, retryTransient } from "../../db/connection/connect.ts";
import { isDiskFull } from "../../db/data-dir/disk-reserve.ts";
import { beginPart, releaseParts, MAX_DEATHS, type Work } from "../../jobs/attempts.ts";
import type { ImportContext } from "../context.ts";
import { finishImport } from "../finish-import.ts";
import { NothingToFollow } from "./follow-upload.ts";
import { concludeLoading } from "../load/loader.ts";
import { removeTexts } from "../remove-files.ts";
import { scanFile } from "./scan-file.ts";
import { withScanLock, type ScanLock } from "./scan-lock.ts";
import { isScannedBy } from "./store.ts";
import { beginScan, readImportWork, type ImportWork } from "../store.ts";
import { ScanOver, watchScan } from "./watch-scan.ts";
import { diedScanning, SCAN_PART } from "../recovery/worker-died.ts";

/** Scans an import that waits for it, and wakes the lanes. Does nothing when another worker scans it. */
export async function runScan(context: ImportContext, importId: number, signal: AbortSignal): Promise<void> {
  await withScanLock(context.pool, importId, async (lock) => {
    const work = await beginScan(context.pool, importId);
    if (work === undefined) {
      if ((await readImportWork(context.pool, importId))?.state === "finishing")
        await finishImport(context, importId, "done");
      return;
    }
    // Those of scans whose worker was killed. An older scan that is still alive is stale, and loses nothing.
    await removeTexts(context, work);
    await scanOrFail(context, work, signal, lock);
  });
}

async function scanOrFail(
  context: ImportContext,
  work: ImportWork,
  signal: AbortSignal,
  lock: ScanLock,
): Promise<void> {
  const watch = watchScan(context.pool, work);
  try {
    await scanUnlessDeadly(context, work, AbortSignal.any([signal, lock.lost, watch.over]), lock);
    await settle(context, work);
  } catch (error) {
    context.known?.drop(work.id);
    await removeUnlessLoading(context, work);
    // The upload is too slow to follow, or has ended: its completion sends another job, its failure none.
    if (signal.aborted || error instanceof NothingToFollow) return;
    if (watch.over.aborted || error instanceof ScanOver) await settle(context, work);
    // If no other worker has the import by now, this job is tried again.
    else if (lock.lost.aborted) {
      if (!(await isTakenOver(context, work))) throw new LockLost();
    }
    // A database that is gone for a moment, or a full disk, is the job's retry; everything else is the file's or ours, and final.
    else if (isTransient(error) || isDiskFull(error)) throw error;
    else await retryTransient(() => fail(context, work, error), { signal });
  } finally {
    watch.end();
  }
}

/** A file over which two workers have died is not read a third time. */
async function scanUnlessDeadly(
  context: ImportContext,
  work: ImportWork,
  signal: AbortSignal,
  { client }: ScanLock,
): Promise<void> {
  const attempt: Work = { kind: "import", id: work.id };
  const deaths = await beginPart(context.pool, { client, until: "unlock" }, attempt, SCAN_PART, signal);
  try {
    if (deaths >= MAX_DEATHS) throw diedScanning(work);
    await scanFile(context, work, signal);
  } finally {
    await releaseParts(context.pool, attempt, new Set([SCAN_PART]));
  }
}

/** The database connection that held the scan's lock broke. */
class LockLost extends Error {
  override readonly name = "LockLost";
}

const fail = (context: ImportContext, work: ImportWork, error: unknown): Promise<void> =>
  finishImport(context, work.id, "failed", error, (client) => isScannedBy(client, work));

async function isTakenOver({ pool, log }: ImportContext, { id, scan_token }: ImportWork): Promise<boolean> {
  const now = await readImportWork(pool, id);
  if (now?.scan_token === scan_token) return false;
  log.info({ import_id: id, scan_token }, "another worker has taken the scan over");
  return true;
}

/** Ends an import that has no chunk to load, or was cancelled; leaves it alone when a newer scan has it. Also after a commit whose
 * answer was lost: then its loading is open. */
async function settle(context: ImportContext, work: ImportWork): Promise<void> {
  if (await isTakenOver(context, work)) return;
  const now = await readImportWork(context.pool, work.id);
  if (now?.state === "scanning" && now.cancel_requested)
    await finishImport(context, work.id, "cancelled", null, (client) => isScannedBy(client, work));
  else await concludeLoading(context, work.id);
}

/** The text of a scan that came to nothing. While the database is away nobody knows; the next scan then removes it. */
async function removeUnlessLoading(context: ImportContext, work: ImportWork): Promise<void> {
  const now = await readImportWork(context.pool, work.id).catch(() => undefined);
  if (now === undefined) return;
  const isMine = now.scan_token === work.scan_token;
  if (isMine && now.state !== "scanning" && now.state !== "receiving") return;
  await removeTexts(context, work, work.scan_token);
}
