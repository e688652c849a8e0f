// Reports to a scan how many bytes of its file are already readable. A scan can follow an upload that is still being received, so that both
// finish at about the same time.
import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { uploadedPath, type ImportContext } from "../context.ts";
import { truncatedFile } from "../problems.ts";
import { wholeExtent, type Extent } from "../read/read-records.ts";
import { readImportWork, type ImportWork } from "../store.ts";

/** Thrown if the upload has paused or ended, or is too slow to follow. */
export class NothingToFollow extends Error {
  override readonly name = "NothingToFollow";
}

const FOLLOW_POLL_MS = 10;
/** A scan stops following an upload that has not grown for this time, because a waiting scan occupies a worker slot that other scans
 * need. */
const FOLLOW_TIMEOUT_MS = 2000;

export async function uploadedExtent(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<Extent> {
  const path = uploadedPath(context, work.file);
  const { size } = await stat(path);
  if (work.state === "scanning") {
    if (size !== work.received) throw truncatedFile();
    return wholeExtent(size);
  }
  let grownAt = performance.now();
  const extent: Extent = {
    end: size,
    whole: false,
    async grow() {
      signal.throwIfAborted();
      const now = (await stat(path)).size;
      if (now > extent.end) {
        extent.end = now;
        grownAt = performance.now();
        return;
      }
      const current = await readImportWork(context.pool, work.id);
      if (current?.state === "scanning" && current.received === now) {
        extent.whole = true;
        return;
      }
      const isReceiving = current?.state === "receiving" && !current.cancel_requested;
      if (!isReceiving || performance.now() - grownAt > FOLLOW_TIMEOUT_MS) throw new NothingToFollow();
      await sleep(FOLLOW_POLL_MS);
    },
  };
  return extent;
}
