// Removes files of ended imports that were left because a worker died after the last commit, or because the answer to that commit was
// lost.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ImportContext } from "../context.ts";
import { removeImportFiles } from "../files/remove-files.ts";
import { readFileStates } from "../store.ts";
import { isTerminal } from "../../../contract/imports/imports.ts";

/** How long a file without an import in the database is kept: a database restored from a backup may lack the last minutes. */
const UNKNOWN_KEPT_MS = 10 * 60_000;
/** Matches names from `randomUUID`, with or without the suffixes of scans. Other files in the folder do not belong to imports. */
const IMPORT_FILE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\..+)?$/;

/** Removes the files of ended imports from the folder. Several hosts can sweep the same folder.
 * @returns the number of imports whose files were removed */
export async function sweepFiles(context: Pick<ImportContext, "pool" | "files_dir" | "log">): Promise<number> {
  const names = new Map<string, string[]>();
  for (const name of await readdir(context.files_dir).catch(() => [])) {
    const file = IMPORT_FILE.exec(name)?.[1];
    if (file !== undefined) names.set(file, [...(names.get(file) ?? []), name]);
  }
  const states = await readFileStates(context.pool, [...names.keys()]);
  let swept = 0;
  for (const [file, fileNames] of names) {
    const state = states.get(file);
    if (state === undefined ? !(await areOld(context.files_dir, fileNames)) : !isTerminal(state)) continue;
    await removeImportFiles(context, file);
    swept++;
  }
  return swept;
}

async function areOld(filesDir: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const found = await stat(join(filesDir, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs < UNKNOWN_KEPT_MS) return false;
  }
  return true;
}
