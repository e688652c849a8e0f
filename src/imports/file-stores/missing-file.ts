// Decides what a missing file means. A worker that does not find the file of an import leaves the import to others, which may see it.
import type { ImportContext } from "../context.ts";
import { noteFileMissing } from "./store.ts";

/**
 * Returns true if the import must wait: this worker no longer sees its store, or the file may still appear. Workers then try again.
 * Returns false if the file is lost, or if the import no longer needs it.
 */
export async function mustWaitForFile(
  { pool, log, store }: Pick<ImportContext, "pool" | "store" | "log">,
  importId: number,
): Promise<boolean> {
  const { location } = store;
  if (!(await store.isOpen())) {
    log.error(
      { import_id: importId, location },
      "the store of uploaded files is not available; leaving the import to other workers",
    );
    return true;
  }
  if (await noteFileMissing(pool, importId)) return false;
  log.warn({ import_id: importId, location }, "the uploaded file was not found; trying again");
  return true;
}
