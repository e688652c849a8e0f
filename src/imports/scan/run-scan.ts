// Runs the scan of one import: takes the scan lock and a new token, scans the file, and handles every way in which the scan can end.
import { isScannedBy } from "../fencing.ts";
import { isTransient, retryTransient } from "../../db/connection/connect.ts";
import { isDiskFull } from "../../db/data-dir/disk-reserve.ts";
import { beginPart, MAX_DEATHS, releaseParts, type Work } from "../../jobs/attempts.ts";
import type { ImportContext } from "../context.ts";
import { concludeLoading, finishImport } from "../finish-import.ts";
import { diedScanning, lostFile, SCAN_PART } from "../problems.ts";
import { isUnreadableFile, mustWaitForFile } from "../file-stores/missing-file.ts";
import { holdImport, isQuestionOfScan } from "../held/hold-import.ts";
import { NothingToFollow } from "./follow-upload.ts";
import { keepHead } from "../files/keep-head.ts";
import { removeTexts, textsOf } from "../files/remove-files.ts";
import { scanFile } from "./scan-file.ts";
import { withScanLock, type ScanLock } from "./scan-lock.ts";
import { beginScan, readImportWork, type ImportWork } from "../store.ts";
import { noteAlive } from "../files/wait-store.ts";
import { ScanOver, watchScan } from "./watch-scan.ts";

/** Scans an import, and sends the jobs that load it. Does nothing if another worker is scanning the import. */
export async function runScan(context: ImportContext, importId: number, signal: AbortSignal): Promise<void> {
  const outcome = { is_left: false };
  const isLocked = await withScanLock(context.pool, importId, async (lock) => {
    const work = await beginScan(context.pool, importId);
    if (work === undefined) {
      if ((await readImportWork(context.pool, importId))?.state === "finishing")
        await finishImport(context, importId, "done");
      return;
    }
    // Remove the texts that scans of killed workers have left. If an older scan is still alive, its token is stale and its files are
    // useless.
    await removeTexts(context, work);
    outcome.is_left = !(await scanOrFail(context, work, signal, lock));
  });
  // If the upload was completed or a question was answered while this scan was ending, the server has sent another scan job, which has
  // found the lock taken and done nothing. So scan again here.
  if (
    isLocked &&
    !outcome.is_left &&
    !signal.aborted &&
    (await readImportWork(context.pool, importId))?.state === "scanning"
  )
    await runScan(context, importId, signal);
}

/** @returns false if the import is left to other workers */
async function scanOrFail(
  context: ImportContext,
  work: ImportWork,
  signal: AbortSignal,
  lock: ScanLock,
): Promise<boolean> {
  const watch = watchScan(context.pool, work);
  try {
    await scanAsAttempt(context, work, AbortSignal.any([signal, lock.lost, watch.over]), lock);
    await settle(context, work);
  } catch (thrown) {
    context.record_cache?.drop(work.id);
    const isHeld = isQuestionOfScan(thrown) && !signal.aborted && !watch.over.aborted;
    const error = isHeld ? await keepTexts(context, work, thrown, signal) : thrown;
    if (!isHeld) await removeUnlessLoading(context, work);
    // If the upload was too slow to follow, the server sends another scan job when the file is complete.
    if (signal.aborted || error instanceof NothingToFollow) return true;
    if (watch.over.aborted || error instanceof ScanOver) await settle(context, work);
    // The job queue runs this job again, unless another worker has taken the import over.
    else if (lock.lost.aborted) {
      if (!(await isTakenOver(context, work))) throw new LockLost();
    }
    // The job queue runs this job again if the database was unavailable or the disk was full. Any other error is final.
    else if (isTransient(error) || isDiskFull(error)) throw error;
    else if (isUnreadableFile(error)) {
      if (await retryTransient(() => mustWaitForFile(context, work.id, error), { signal })) return false;
      await retryTransient(() => fail(context, work, lostFile()), { signal });
    } else if (isQuestionOfScan(error)) {
      await retryTransient(() => holdImport(context, work, error), { signal });
      await settle(context, work);
    } else await retryTransient(() => fail(context, work, error), { signal });
  } finally {
    watch.end();
  }
  return true;
}

/** Keeps the texts that previews of a held import read. @returns the error that ends the scan: usually the question */
async function keepTexts(
  context: ImportContext,
  work: ImportWork,
  question: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  await keepHead(context, work);
  try {
    await context.store.share(textsOf(work), signal);
    return question;
  } catch (error) {
    return error;
  }
}

/** Scans the file unless two workers have already died during its scan. */
async function scanAsAttempt(
  context: ImportContext,
  work: ImportWork,
  signal: AbortSignal,
  { client }: ScanLock,
): Promise<void> {
  const attempt: Work = { kind: "import", id: work.id };
  const onWait = async (): Promise<void> => {
    // `beginPart` calls this function at intervals while it waits. Ignore errors, because a short outage of the database must not end the
    // wait, and `watchScan` notices a cancel.
    await noteAlive(context.pool, work.id).catch(() => undefined);
  };
  const deaths = await beginPart(context.pool, { client, until: "unlock", onWait }, attempt, SCAN_PART, signal);
  try {
    if (deaths >= MAX_DEATHS) throw diedScanning(work);
    await scanFile(context, work, signal);
  } finally {
    await releaseParts(context.pool, attempt, new Set([SCAN_PART]));
  }
}

/** Thrown if the database connection that held the scan lock broke. */
class LockLost extends Error {
  override readonly name = "LockLost";
}

const fail = (context: ImportContext, work: ImportWork, error: unknown): Promise<void> =>
  finishImport(context, work.id, "failed", error, (client) => isScannedBy(client, work));

async function isTakenOver({ pool, log }: ImportContext, { id, scan_token }: ImportWork): Promise<boolean> {
  const current = await readImportWork(pool, id);
  if (current?.scan_token === scan_token) return false;
  log.info({ import_id: id, scan_token }, "another worker has taken over the scan");
  return true;
}

/** Ends an import that was cancelled or has no chunk to load, unless a newer scan has taken it over. If the commit that started loading
 * succeeded and only the answer to the commit was lost, the import continues. */
async function settle(context: ImportContext, work: ImportWork): Promise<void> {
  if (await isTakenOver(context, work)) return;
  const current = await readImportWork(context.pool, work.id);
  if (current?.state === "scanning" && current.cancel_requested)
    await finishImport(context, work.id, "cancelled", null, (client) => isScannedBy(client, work));
  else await concludeLoading(context, work.id);
}

/** Removes the text files that a failed scan has written. If the database is unavailable, it is unknown whether loading has started: the
 * files are kept, and the next scan removes them. */
async function removeUnlessLoading(context: ImportContext, work: ImportWork): Promise<void> {
  const current = await readImportWork(context.pool, work.id).catch(() => undefined);
  if (current === undefined) return;
  const isCurrentScan = current.scan_token === work.scan_token;
  if (isCurrentScan && current.state !== "scanning" && current.state !== "receiving") return;
  await removeTexts(context, work, work.scan_token);
}
