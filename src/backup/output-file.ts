// The file of a backup gets its name only when it is complete and on disk. Only this user can read it, because it contains keys.
import { randomBytes } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { createDiskReserve, createSpaceCheck, isDiskFull } from "../db/data-dir/disk-reserve.ts";
import { syncFolder } from "../db/data-dir/interrupted-restore.ts";
import type { Sink } from "./backup-writer.ts";

/** The backup cannot be written. The message gives the reason and what to do. */
export class BackupOutputError extends Error {
  override readonly name = "BackupOutputError";
}

/** Calls `write` with a sink that writes to a temporary file next to `path`, and then gives the file its name. Deletes the file on errors.
 * @param reserveBytes number of bytes to leave free on the disk
 * @returns the size of the file, and what `write` returned */
export async function writeOutputFile<T>(
  path: string,
  reserveBytes: number | undefined,
  write: (sink: Sink) => Promise<T>,
): Promise<{ bytes: number; result: T }> {
  if ((await stat(path).catch(() => undefined))?.isFile() === false)
    throw new BackupOutputError(`${path} is not a file. Write the name of the file to create.`);
  const partial = `${path}.${randomBytes(4).toString("hex")}.partial`;
  const tooFull = (cause?: unknown): BackupOutputError =>
    new BackupOutputError(`The disk is too full for ${path}. Free some space, or write to another disk.`, { cause });
  const checkSpace = createSpaceCheck(createDiskReserve(dirname(path), reserveBytes), () => Promise.reject(tooFull()));
  const file = await open(partial, "wx", 0o600).catch((cause: unknown) => {
    throw new BackupOutputError(`${path} cannot be written: ${(cause as Error).message}.`, { cause });
  });
  let bytes = 0;
  let result: T;
  try {
    result = await write(async (block) => {
      await checkSpace(block.length);
      // Not `write`, which may write a part of the block.
      await file.writeFile(block);
      bytes += block.length;
    });
    await file.sync();
    await file.close();
    await rename(partial, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw isDiskFull(error) ? tooFull(error) : error;
  }
  await syncFolder(dirname(path));
  return { bytes, result };
}
