// The bytes of an upload as its scan reads them: all of them, or those that have come while it is being received. Following it
// hides the scan behind the upload.
import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { uploadedPath, type ImportContext } from "../context.ts";
import { truncatedFile } from "../load/loader-memory.ts";
import { wholeExtent, type Extent } from "../read/read-records.ts";
import { readImportWork, type ImportWork } from "../store.ts";

/** There is nothing to scan yet or any more. */
export class NothingToFollow extends Error {
  override readonly name = "NothingToFollow";
}

/** An upload that is followed is looked at this often, and let go when it stands still for so long: a scan of a slow one
 * would only hold a place that others need. */
const FOLLOW_POLL_MS = 10;
const FOLLOW_PATIENCE_MS = 2000;

export async function uploadedExtent(context: ImportContext, work: ImportWork, signal: AbortSignal): Promise<Extent> {
  const path = uploadedPath(context, work.file);
  const { size } = await stat(path);
  if (work.state === "scanning") {
    if (size !== work.received) throw truncatedFile();
    return wholeExtent(size);
  }
  let grown = performance.now();
  const extent: Extent = {
    end: size,
    whole: false,
    async grow() {
      signal.throwIfAborted();
      const now = (await stat(path)).size;
      if (now > extent.end) {
        extent.end = now;
        grown = performance.now();
        return;
      }
      const { state, received, cancel_requested } = (await readImportWork(context.pool, work.id)) ?? {
        state: "failed",
      };
      if (state === "scanning" && received === now) {
        extent.whole = true;
        return;
      }
      if (state !== "receiving" || cancel_requested || performance.now() - grown > FOLLOW_PATIENCE_MS)
        throw new NothingToFollow();
      await sleep(FOLLOW_POLL_MS);
    },
  };
  return extent;
}
