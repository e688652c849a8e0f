// Removes the files of an import: the uploaded file, which has a random name, and the text and scratch files of its scans, whose names
// start with that name.
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { ImportContext } from "../context.ts";

type FilesContext = Pick<ImportContext, "files_dir" | "log">;

/** Removes all files of an ended import. */
export async function removeImportFiles(context: FilesContext, file: string): Promise<void> {
  await remove(context, file);
  await removeWhere(context, (name) => name.startsWith(`${file}.`));
}

/** Removes the files that the import's scans wrote. If a token is given, removes only the files of the scan with this token. */
export async function removeTexts(
  context: FilesContext,
  { file }: { file: string },
  scanToken?: number,
): Promise<void> {
  const prefix = scanToken === undefined ? `${file}.` : `${file}.${scanToken}.`;
  await removeWhere(context, (name) => name.startsWith(prefix));
}

async function removeWhere(context: FilesContext, matches: (name: string) => boolean): Promise<void> {
  for (const name of await namesIn(context.files_dir)) if (matches(name)) await remove(context, name);
}

async function remove({ files_dir, log }: FilesContext, name: string): Promise<void> {
  const path = join(files_dir, name);
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) log.warn({ path, err: error }, "cannot remove an import's file");
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";
