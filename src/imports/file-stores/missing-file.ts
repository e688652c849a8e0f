// Decides what it means that a worker cannot read a file. The worker leaves the import to others, which may see the file.
import type { ImportContext } from "../context.ts";
import { noteWaiting } from "../files/wait-store.ts";
import { isMissingFile, StoreUnavailable } from "./file-store.ts";
import { noteFileMissing } from "./store.ts";

/** Whether the error means that the worker does not find the file, or does not reach its store. */
export const isUnreadableFile = (error: unknown): boolean => isMissingFile(error) || error instanceof StoreUnavailable;

/**
 * Returns true if the import must wait: this worker no longer sees its store, or the file may still appear. Workers then try again.
 * Returns false if the file is lost, or if the import no longer needs it.
 * @param error why the file cannot be read
 */
export async function mustWaitForFile(
  { pool, log, store }: Pick<ImportContext, "pool" | "store" | "log">,
  importId: number,
  error: unknown,
): Promise<boolean> {
  const { location } = store;
  if (error instanceof StoreUnavailable || !(await store.isOpen())) {
    log.error(
      { import_id: importId, location, err: error },
      "the store of uploaded files is not available; leaving the import to other workers",
    );
    // Other workers may see a folder that this worker does not see. A bucket is the same for all.
    if (!store.is_local) await noteWaiting(pool, importId, "file-missing");
    return true;
  }
  if (await noteFileMissing(pool, importId)) return false;
  log.warn({ import_id: importId, location }, "the uploaded file was not found; trying again");
  return true;
}
