// Receives a file as a new import: writes the file to disk and hashes it while it arrives, and responds only when the file is durable on
// disk.
import { createHash, randomUUID } from "node:crypto";
import { retryTransient, withTransaction } from "../../db/connection/connect.ts";
import { isDiskFull } from "../../db/data-dir/disk-reserve.ts";
import type { ImportContext } from "../context.ts";
import { diskFull, requireSpace, uploadDisk, uploadSpace } from "../files/disk-space.ts";
import { finishImport } from "../finish-import.ts";
import { uploadInterrupted } from "../problems.ts";
import { readNamedProfile } from "../../profiles/known-profiles.ts";
import { insertImport, isReceiving, markReceived, readImport, type NewImport, type ReceivedUpload } from "../store.ts";
import { finishFile, receiveBytes, type ReceivedFile } from "./receive-bytes.ts";
import { problemOf } from "../../../contract/problem-document.ts";
import { Problem } from "../../../contract/problems.ts";
import type { GivenOptions, Import } from "../../../contract/imports/imports.ts";

export interface Upload {
  filename: string;
  /** Size of the file in bytes, if the client has announced it. */
  size: number | null;
  options: GivenOptions;
  actor: string;
  max_bytes: number;
}

/** Receives `bytes` as a new import and hands it to a worker.
 * @throws Problem disk-full if the disk is too full to create an import. If the import was created and has failed: Problem
 * upload-interrupted, payload-too-large, empty-file or disk-full */
export async function receiveImport(
  context: ImportContext,
  upload: Upload,
  bytes: AsyncIterable<Buffer>,
): Promise<Import> {
  const { filename, size, options, actor } = upload;
  await readNamedProfile(context.pool, options);
  await requireSpace(uploadDisk(context), filename, size ?? 0);
  const newImport: NewImport = { actor, filename, size, options, file: randomUUID(), store_id: context.store.id };
  const id = await insertImport(context.pool, newImport);
  try {
    const { received, sha256, isCancelled } = await receiveFile(context, id, newImport.file, upload, bytes);
    if (isCancelled) return await endCancelled(context, id);
    if (received === 0) throw emptyFile(filename);
    if (size !== null && received !== size) {
      const progress = ` after ${received.toLocaleString("en")} of ${size.toLocaleString("en")} bytes`;
      throw uploadInterrupted(progress);
    }
    if (!(await acceptFile(context, id, { size: received, sha256, writer: 0 }))) return await endCancelled(context, id);
  } catch (error) {
    const cause = causeOf(error, filename);
    // An error does not always mean that the import was not accepted: the database's answer may have been lost. Leave an accepted import
    // unchanged.
    await retryTransient(() => finishImport(context, id, "failed", cause, (client) => isReceiving(client, id)));
    throw cause;
  }
  return readReceived(context, id);
}

const readReceived = (context: ImportContext, id: number): Promise<Import> =>
  retryTransient(async () => (await readImport(context.pool, id)) as Import);

/**
 * Ends a cancelled import. @throws the import's Problem if the import has already failed, because a worker assumed that its upload was
 * interrupted
 */
async function endCancelled(context: ImportContext, id: number): Promise<Import> {
  await retryTransient(() => finishImport(context, id, "cancelled", null, (client) => isReceiving(client, id)));
  const ended = await readReceived(context, id);
  if (ended.state === "failed" && ended.problem !== null) throw problemOf(ended.problem);
  return ended;
}

/** Hands an import whose file is complete and durable to a worker.
 * @returns false if the import was cancelled or has failed in the meantime */
export const acceptFile = (context: ImportContext, id: number, received: ReceivedUpload): Promise<boolean> =>
  retryTransient(async () => {
    const isAccepted = await withTransaction(context.pool, async (client) => {
      const isMarked = await markReceived(client, id, received);
      if (isMarked) await context.sendScan(client, id, context.store.id);
      return isMarked;
    });
    // An earlier attempt may have been committed although its answer was lost. Only `markReceived` stores the hash, so a stored hash shows
    // that the import was accepted.
    return isAccepted || (await readImport(context.pool, id))?.sha256 === received.sha256;
  });

async function receiveFile(
  context: ImportContext,
  id: number,
  name: string,
  { filename, max_bytes }: Upload,
  bytes: AsyncIterable<Buffer>,
): Promise<{ received: number; sha256: string; isCancelled: boolean }> {
  const file = await context.store.append(name, 0, 0);
  const hash = createHash("sha256");
  const target: ReceivedFile = {
    id,
    file,
    writer: 0,
    hash,
    received: 0,
    max_bytes,
    tooLarge: () => tooLarge(filename, max_bytes),
    space: uploadSpace(context, filename),
  };
  try {
    const isComplete = await receiveBytes(context, target, bytes);
    await finishFile(context, target);
    return { received: target.received, sha256: hash.digest("hex"), isCancelled: !isComplete };
  } finally {
    await file.close();
  }
}

export const emptyFile = (filename: string): Problem =>
  new Problem(
    "empty-file",
    `The file "${filename}" is empty. Check the program that exported it, then upload it again.`,
  );

export const tooLarge = (filename: string, maxBytes: number): Problem =>
  new Problem(
    "payload-too-large",
    `The file "${filename}" is larger than the limit of ${maxBytes.toLocaleString("en")} bytes. Split it into smaller files, or raise the limit with the setting SKUPORT_MAX_UPLOAD_BYTES.`,
  );

function causeOf(error: unknown, filename: string): unknown {
  if (error instanceof Problem) return error;
  if (isDiskFull(error)) return diskFull(filename, error);
  return isBrokenStream(error) ? uploadInterrupted("", error) : error;
}

/** Returns whether the error means that the client closed the connection. The request's stream then ends with one of Node's
 * connection errors. */
export function isBrokenStream(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR" || code === "EPIPE";
}
