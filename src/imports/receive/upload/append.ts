// A part of a file: goes on where the last one ended, and keeps what came when it is cut itself. With the last byte the import is
// handed to a worker, as one whose file came at once.
import { mkdir, stat } from "node:fs/promises";
import { uploadedPath, type ImportContext } from "../../context.ts";
import { isDiskFull } from "../../../db/data-dir/disk-reserve.ts";
import { diskFull, uploadRoom } from "../../disk-room.ts";
import { appendDurableFile } from "../durable-file.ts";
import { finishImport } from "../../finish-import.ts";
import { acceptFile, isBrokenStream } from "../receive.ts";
import { readImportWork } from "../../store.ts";
import { takeBytes, type Taking } from "../take-bytes.ts";
import { isTerminal } from "../../../../contract/imports/imports.ts";
import type { OpenUploads } from "./open-uploads.ts";
import { cut, gone, KEPT_HOURS, tooLong, wrongOffset } from "./problems.ts";
import { markPaused, markReceiving, type StoredUpload } from "./store.ts";

/** A line on which nothing comes for so long is dead. */
const IDLE_MS = 30_000;

/** Bytes of the file that are there. One that is whole but has not been handed on, since the database was away, is so now. */
export async function offsetOf(context: ImportContext, uploads: OpenUploads, upload: StoredUpload): Promise<number> {
  if (upload.is_whole) return upload.size;
  const there = await sizeOf(uploadedPath(context, upload.file));
  if (there === upload.size) await appendPart(context, uploads, upload, there, [], () => undefined);
  return there;
}

/** Appends the bytes, in the caller's turn, and returns how many are there then.
 * @param stop cuts the line on which they come
 * @throws Problem upload-offset, payload-too-large, upload-gone, upload-interrupted, disk-full */
export async function appendPart(
  context: ImportContext,
  uploads: OpenUploads,
  upload: StoredUpload,
  offset: number,
  bytes: AsyncIterable<Buffer> | Buffer[],
  stop: () => void,
): Promise<number> {
  const { id, file: name, filename, size } = upload;
  const path = uploadedPath(context, name);
  const there = upload.is_whole ? size : await sizeOf(path);
  if (offset !== there) throw wrongOffset(offset, there);
  if (upload.is_whole) return size;
  await mkdir(context.files_dir, { recursive: true, mode: 0o700 });
  const hash = await uploads.takeHash(name, path, there);
  if (!(await markReceiving(context.pool, id, there, KEPT_HOURS))) throw gone(filename);
  const file = await appendDurableFile(path);
  const taking: Taking = {
    ...{ id, file, hash, received: there, max_bytes: size },
    tooLarge: () => tooLong(filename, size),
    room: uploadRoom(context, filename),
  };
  const fault = await takeAll(context, taking, filename, unlessIdle(bytes, stop));
  const isWhole = fault === undefined && taking.received === size;
  if (isWhole && (await acceptFile(context, id, size, hash.digest("hex")))) return size;
  await settle(context, uploads, upload, taking);
  if (fault !== undefined) throw fault;
  return taking.received;
}

/** Everything that came is on disk then, unless the disk is full; returns why it ended, where that is worth telling. */
async function takeAll(
  context: ImportContext,
  taking: Taking,
  filename: string,
  bytes: AsyncIterable<Buffer>,
): Promise<Error | undefined> {
  let fault: Error | undefined;
  try {
    if (!(await takeBytes(context, taking, bytes))) fault = cut();
  } catch (error) {
    fault = faultOf(error, filename);
  }
  try {
    await taking.file.finish();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    fault ??= faultOf(error, filename);
  } finally {
    await taking.file.close();
  }
  return fault;
}

function faultOf(error: unknown, filename: string): Error {
  if (isDiskFull(error)) return diskFull(filename, error);
  return isBrokenStream(error) ? cut() : (error as Error);
}

/** Of what is not whole: cancelled by somebody, or waiting for the rest. */
async function settle(
  context: ImportContext,
  uploads: OpenUploads,
  { id, file, filename }: StoredUpload,
  { received, hash }: Taking,
): Promise<void> {
  const work = await readImportWork(context.pool, id);
  if (work?.cancel_requested === true) await finishImport(context, id, "cancelled");
  if (work === undefined || work.cancel_requested || isTerminal(work.state)) throw gone(filename);
  // A disk that was full has not taken everything that was received: the file's size decides where the next part begins.
  const there = await sizeOf(uploadedPath(context, file));
  if (there === received) uploads.keepHash(file, received, hash);
  await markPaused(context.pool, id, there, KEPT_HOURS);
}

async function* unlessIdle(bytes: AsyncIterable<Buffer> | Buffer[], stop: () => void): AsyncGenerator<Buffer> {
  const timer = setTimeout(stop, IDLE_MS);
  try {
    for await (const piece of bytes) {
      timer.refresh();
      yield piece;
    }
  } finally {
    clearTimeout(timer);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
