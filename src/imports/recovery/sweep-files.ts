// Removes files of imports that are over: their worker died between the last commit and the removal, or the answer to that commit was
// lost.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ImportContext } from "../context.ts";
import { removeImportFiles } from "../remove-files.ts";
import { readFileStates } from "../store.ts";
import { isTerminal } from "../../../contract/imports/imports.ts";

/** How long a file is kept whose import is not in the database: a restored backup may lack the last minutes. */
const UNKNOWN_KEPT_MS = 10 * 60_000;
/** Names that `randomUUID` makes, and what scans append to them. Other files in the folder are not ours. */
const OURS = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\..+)?$/;

/** Returns how many imports had left files. Several hosts may sweep one folder. */
export async function sweepFiles(context: Pick<ImportContext, "pool" | "files_dir" | "log">): Promise<number> {
  const names = new Map<string, string[]>();
  for (const name of await readdir(context.files_dir).catch(() => [])) {
    const file = OURS.exec(name)?.[1];
    if (file !== undefined) names.set(file, [...(names.get(file) ?? []), name]);
  }
  const states = await readFileStates(context.pool, [...names.keys()]);
  let swept = 0;
  for (const [file, ofFile] of names) {
    const state = states.get(file);
    if (state === undefined ? !(await areOld(context.files_dir, ofFile)) : !isTerminal(state)) continue;
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
