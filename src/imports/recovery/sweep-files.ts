// Removes files of ended imports that were left because a worker died after the last commit, or because the answer to that commit was
// lost.
import type { ImportContext } from "../context.ts";
import { removeImportFiles } from "../files/remove-files.ts";
import { readFileStates } from "../store.ts";
import { isTerminal } from "../../../contract/imports/imports.ts";

/** How long a file without an import in the database is kept: a database restored from a backup may lack the last minutes. */
const UNKNOWN_KEPT_MS = 10 * 60_000;
/** Another database may use the same part of a bucket by mistake. Few imports of that database take that long. */
const UNKNOWN_IN_BUCKET_KEPT_MS = 7 * 24 * 3_600_000;
/** Matches names from `randomUUID`, with or without the suffixes of scans. Other files in the store do not belong to imports. */
const IMPORT_FILE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\..+)?$/;

/** Removes the files of ended imports from the store. Several hosts can sweep the same store.
 * @returns the number of imports whose files were removed */
export async function sweepFiles(context: Pick<ImportContext, "pool" | "store" | "log">): Promise<number> {
  /** The time of the last change of each import's files. */
  const changed = new Map<string, number>();
  for (const [name, time] of await context.store.list()) {
    const file = IMPORT_FILE.exec(name)?.[1];
    if (file !== undefined) changed.set(file, Math.max(time, changed.get(file) ?? 0));
  }
  const keptMs = context.store.is_local ? UNKNOWN_KEPT_MS : UNKNOWN_IN_BUCKET_KEPT_MS;
  const states = await readFileStates(context.pool, [...changed.keys()]);
  let swept = 0;
  for (const [file, time] of changed) {
    const state = states.get(file);
    if (state === undefined ? Date.now() - time < keptMs : !isTerminal(state)) continue;
    await removeImportFiles(context, file);
    swept++;
  }
  return swept;
}
