// Takes a file as it comes: to disk and through SHA-256, never into memory, and acknowledged only once it is durable.
import { createHash, randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { retryTransient, withTransaction } from "../../db/connection/connect.ts";
import { uploadedPath, type ImportContext } from "../context.ts";
import { isDiskFull } from "../../db/data-dir/disk-reserve.ts";
import { diskFull, requireRoom, uploadRoom } from "../disk-room.ts";
import { createDurableFile } from "./durable-file.ts";
import { finishImport } from "../finish-import.ts";
import { insertImport, isReceiving, markReceived, readImport, type NewImport } from "../store.ts";
import { takeBytes, type Taking } from "./take-bytes.ts";
import { problemOf } from "../../../contract/problem-document.ts";
import { Problem } from "../../../contract/problems.ts";
import type { Import, ImportOptions } from "../../../contract/imports/imports.ts";

export interface Upload {
  filename: string;
  /** Bytes, where the sender said so. */
  size: number | null;
  options: ImportOptions;
  actor: string;
  max_bytes: number;
}

/** Receives `bytes` as a new import and hands it to a worker.
 * @throws Problem disk-full before there is an import; upload-interrupted, payload-too-large, empty-file, disk-full: the import is then failed and says the same */
export async function receiveImport(
  context: ImportContext,
  upload: Upload,
  bytes: AsyncIterable<Buffer>,
): Promise<Import> {
  const { filename, size, options, actor } = upload;
  await requireRoom(context.disk, filename, size ?? 0);
  const made: NewImport = { actor, filename, size, options, file: randomUUID() };
  const id = await insertImport(context.pool, made);
  try {
    const { received, sha256, cancelled } = await writeFile(context, id, made.file, upload, bytes);
    if (cancelled) return await endCancelled(context, id);
    if (received === 0) throw new Problem("empty-file", `"${filename}" is empty. Check the export that made it.`);
    if (size !== null && received !== size) throw interrupted(received, size);
    if (!(await acceptFile(context, id, received, sha256))) return await endCancelled(context, id);
  } catch (error) {
    const cause = causeOf(error, filename, size);
    // An import that was accepted although no answer came continues.
    await retryTransient(() => finishImport(context, id, "failed", cause, (client) => isReceiving(client, id)));
    throw cause;
  }
  return readReceived(context, id);
}

const readReceived = (context: ImportContext, id: number): Promise<Import> =>
  retryTransient(async () => (await readImport(context.pool, id)) as Import);

/** @throws Problem with which the import has failed, where it was not cancelled: a worker took its upload for interrupted */
async function endCancelled(context: ImportContext, id: number): Promise<Import> {
  await retryTransient(() => finishImport(context, id, "cancelled", null, (client) => isReceiving(client, id)));
  const ended = await readReceived(context, id);
  if (ended.state === "failed" && ended.problem !== null) throw problemOf(ended.problem);
  return ended;
}

/** The file is whole and on disk: hands the import to a worker. @returns false when it was cancelled or failed meanwhile */
export const acceptFile = (context: ImportContext, id: number, size: number, sha256: string): Promise<boolean> =>
  retryTransient(async () => {
    const met = await withTransaction(context.pool, async (client) => {
      const marked = await markReceived(client, id, size, sha256);
      if (marked) await context.sendScan(client, id);
      return marked;
    });
    // The first attempt may have been committed, and its answer lost: nothing else writes the hash.
    return met || (await readImport(context.pool, id))?.sha256 === sha256;
  });

async function writeFile(
  context: ImportContext,
  id: number,
  name: string,
  { filename, max_bytes }: Upload,
  bytes: AsyncIterable<Buffer>,
): Promise<{ received: number; sha256: string; cancelled: boolean }> {
  await mkdir(context.files_dir, { recursive: true, mode: 0o700 });
  const file = await createDurableFile(uploadedPath(context, name));
  const taking: Taking = {
    ...{ id, file, hash: createHash("sha256"), received: 0, max_bytes },
    tooLarge: () => tooLarge(filename, max_bytes),
    room: uploadRoom(context, filename),
  };
  try {
    const goesOn = await takeBytes(context, taking, bytes);
    await file.finish();
    return { received: taking.received, sha256: taking.hash.digest("hex"), cancelled: !goesOn };
  } finally {
    await file.close();
  }
}

export const tooLarge = (filename: string, maxBytes: number): Problem =>
  new Problem(
    "payload-too-large",
    `"${filename}" is larger than ${maxBytes.toLocaleString("en")} bytes. Split it, or raise SKUPORT_MAX_UPLOAD_BYTES.`,
  );

function causeOf(error: unknown, filename: string, size: number | null): unknown {
  if (error instanceof Problem) return error;
  if (isDiskFull(error)) return diskFull(filename, error);
  return isBrokenStream(error) ? interrupted(null, size, error) : error;
}

function interrupted(received: number | null, size: number | null, cause?: unknown): Problem {
  const got =
    received === null || size === null
      ? ""
      : ` after ${received.toLocaleString("en")} of ${size.toLocaleString("en")} bytes`;
  return new Problem(
    "upload-interrupted",
    `The upload ended${got} before the file was complete; nothing was imported. Send it again.`,
    { cause },
  );
}

/** The sender went away: the request's stream ends with one of Node's connection errors. */
export function isBrokenStream(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR" || code === "EPIPE";
}
