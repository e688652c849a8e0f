// Removes the files of an import: the uploaded file, which has a random name, and the text and scratch files of its scans, whose names
// start with that name.
import type { ImportContext } from "../context.ts";

type FilesContext = Pick<ImportContext, "store" | "log">;

/** Removes all files of an ended import. */
export const removeImportFiles = (context: FilesContext, file: string): Promise<void> => removeAll(context, file);

/** The names of all files that a scan writes begin with this text. */
export const textsOf = ({ file, scan_token }: { file: string; scan_token: number }): string => `${file}.${scan_token}.`;

/** Removes the files that the import's scans wrote. If a token is given, removes only the files of the scan with this token. */
export const removeTexts = (context: FilesContext, { file }: { file: string }, scanToken?: number): Promise<void> =>
  removeAll(context, scanToken === undefined ? `${file}.` : textsOf({ file, scan_token: scanToken }));

/** Files that cannot be removed now are left to the sweep (recovery/sweep-files.ts). */
async function removeAll({ store, log }: FilesContext, prefix: string): Promise<void> {
  try {
    await store.remove(prefix);
  } catch (error) {
    log.warn({ file: prefix, err: error }, "cannot remove an import's file");
  }
}
