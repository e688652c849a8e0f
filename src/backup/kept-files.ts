// The uploaded files of unfinished imports. A backup opens them before it reads anything else: an import that ends in the meantime deletes
// its files, but open files can be read to their end.
import { createReadStream } from "node:fs";
import { open, readdir, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Queryable } from "../db/connection/connect.ts";

export interface KeptFile {
  name: string;
  /** Size when the file was opened. Bytes that an upload adds later are not part of the backup. */
  bytes: number;
  handle: FileHandle;
}

export interface KeptFiles {
  files: KeptFile[];
  /** Names of uploaded files that do not exist. */
  missing: string[];
  /** Number of unfinished imports. */
  imports: number;
}

/** Opens the files of all imports that are unfinished according to the connection's snapshot. The caller closes them.
 * @param filesDir undefined if the files are in a bucket: they stay there, and a backup does not contain them */
export async function openKeptFiles(db: Queryable, filesDir: string | undefined): Promise<KeptFiles> {
  const { rows } = await db.query<{ file: string }>(
    "select file from imports where state not in ('done', 'cancelled', 'failed') order by id",
  );
  if (filesDir === undefined) return { files: [], missing: [], imports: rows.length };
  const needed = new Set(rows.map(({ file }) => file));
  const files: KeptFile[] = [];
  try {
    if (needed.size > 0)
      for (const name of (await namesIn(filesDir)).sort()) {
        // The texts and scratch files of a scan are named after the uploaded file.
        if (!needed.has(name.split(".")[0] ?? "")) continue;
        const handle = await openIfExists(join(filesDir, name));
        if (handle !== undefined) files.push({ name, handle, bytes: (await handle.stat()).size });
      }
  } catch (error) {
    await closeAll(files);
    throw error;
  }
  const found = new Set(files.map(({ name }) => name));
  return { files, missing: [...needed].filter((name) => !found.has(name)), imports: rows.length };
}

export async function closeAll(files: readonly KeptFile[]): Promise<void> {
  for (const { handle } of files) await handle.close();
}

/** Reads the bytes that the file had when it was opened. */
export async function* readKeptFile({ handle, bytes }: KeptFile): AsyncGenerator<Buffer> {
  if (bytes === 0) return;
  yield* createReadStream("", { fd: handle, start: 0, end: bytes - 1, autoClose: false, highWaterMark: 1 << 20 });
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(emptyIfMissing);

function emptyIfMissing(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
  throw error;
}

async function openIfExists(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
