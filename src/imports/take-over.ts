// Picks up imports that nobody works on any more, because their process was killed: at a worker's start, and now and then.
import { finishImport } from "./finish-import.ts";
import { listExpiredUploads, listSilentImports, pauseSilentUploads } from "./silent-store.ts";
import { expired } from "./upload/problems.ts";
import type { ImportContext } from "./context.ts";
import { Problem } from "../../contract/problems.ts";

/** A worker at work gives a sign of life with every chunk and five times a second while it scans. */
export const SILENT_WORK_MS = 10_000;
/** An upload gives one every five seconds, however slow the sender is. */
const SILENT_UPLOAD_MS = 30_000;

/** Wakes workers for imports without a sign of life for `silent_ms`, and ends uploads whose server is gone,
 * unless the rest of them may still come. To wake one
 * that is at work after all does no harm: a second scan finds the lock taken, a second lane finds other chunks. */
export async function takeOverSilentImports(context: ImportContext, silent_ms: number): Promise<void> {
  for (const { id, state, cancel_requested } of await listSilentImports(context.pool, silent_ms)) {
    if (state === "receiving") continue;
    if (state === "scanning" && cancel_requested) await finishImport(context, id, "cancelled");
    else if (state === "loading") await context.sendLanes(context.pool, id, 1);
    else await context.sendScan(context.pool, id);
  }
  await pauseSilentUploads(context.pool, SILENT_UPLOAD_MS);
  for (const { id, filename } of await listExpiredUploads(context.pool))
    await finishImport(context, id, "failed", expired(filename));
  for (const { id, state, cancel_requested } of await listSilentImports(context.pool, SILENT_UPLOAD_MS)) {
    if (state !== "receiving") continue;
    await finishImport(
      context,
      id,
      cancel_requested ? "cancelled" : "failed",
      cancel_requested
        ? null
        : new Problem(
            "upload-interrupted",
            "The upload ended before the file was complete; nothing was imported. Send it again.",
          ),
    );
  }
}
