// Takes over imports whose worker or server process has died. Each worker does this when it starts and then periodically.
import { isUnchanged } from "../fencing.ts";
import type { SilenceWatch } from "../../jobs/silence.ts";
import type { ImportContext } from "../context.ts";
import { concludeLoading, finishImport } from "../finish-import.ts";
import { endUnanswered } from "../held/hold-import.ts";
import { uploadInterrupted } from "../problems.ts";
import {
  listExpiredUploads,
  listOpenUploads,
  listSilentImports,
  pauseUpload,
  type OpenUpload,
  type SilentImport,
} from "./store.ts";
import { expired, KEPT_HOURS } from "../receive/upload/problems.ts";

/** An upload is silent if its row was not updated for this long. A server updates the row every five seconds, however slow the
 * client is. */
const SILENT_UPLOAD_MS = 30_000;

/** Wakes workers for imports whose row was not updated for `silentMs`. Ends uploads whose server is gone, or pauses them if the client
 * can resume them. Waking a worker for an import that is still being worked on is harmless: a second scan finds the lock taken, and a
 * second loader takes other chunks.
 * @param seen what this worker has observed of the uploads' rows over time. Because ending an upload is final, only uploads whose row
 * did not change during this observation count as silent. If undefined, the database's clock decides */
export async function takeOverSilentImports(
  context: ImportContext,
  silentMs: number,
  seen?: SilenceWatch,
): Promise<void> {
  for (const work of await listSilentImports(context.pool, silentMs)) await takeOver(context, work);
  await giveUpUploads(context, seen);
  await endUnanswered(context);
}

/** Wakes the workers of this worker's store, or ends the import if that needs no file. An import of another store waits for the workers of
 * that store. */
async function takeOver(context: ImportContext, work: SilentImport): Promise<void> {
  const { id, state, cancel_requested } = work;
  const isOwn = work.store_id === context.store.id;
  switch (state) {
    case "scanning":
      if (cancel_requested) await finishImport(context, id, "cancelled");
      else if (isOwn) await context.sendScan(context.pool, id, context.store.id);
      break;
    case "loading":
      if (isOwn) await context.sendLoaders(context.pool, id, 1);
      else await concludeLoading(context, id);
      break;
    case "finishing":
      await finishImport(context, id, "done");
      break;
  }
}

async function giveUpUploads(context: ImportContext, seen: SilenceWatch | undefined): Promise<void> {
  const uploads = await listOpenUploads(context.pool, SILENT_UPLOAD_MS);
  seen?.observe(uploads);
  for (const upload of uploads) {
    if (seen === undefined ? !upload.is_silent : !seen.isSilent(upload.id, SILENT_UPLOAD_MS)) continue;
    if (upload.is_resumable && !upload.cancel_requested) await pauseUpload(context.pool, upload);
    else await giveUp(context, upload);
  }
  for (const upload of await listExpiredUploads(context.pool, KEPT_HOURS))
    await finishImport(context, upload.id, "failed", expired(upload.filename), (client) => isUnchanged(client, upload));
}

/** Ends the upload as failed or cancelled, unless its row has changed since it was read. */
const giveUp = (context: ImportContext, upload: OpenUpload): Promise<void> =>
  finishImport(
    context,
    upload.id,
    upload.cancel_requested ? "cancelled" : "failed",
    upload.cancel_requested ? null : uploadInterrupted(),
    (client) => isUnchanged(client, upload),
  );
