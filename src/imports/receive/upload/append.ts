// Appends the bytes of a request to an upload, and keeps the received bytes if the request is interrupted. With the last byte, the import
// is handed to a worker, like an import whose file arrived in a single request.
import { createHash, type Hash } from "node:crypto";
import { isDiskFull } from "../../../db/data-dir/disk-reserve.ts";
import type { ImportContext } from "../../context.ts";
import { diskFull, uploadSpace } from "../../files/disk-space.ts";
import { StoredBytesChanged, type FileStore } from "../../file-stores/file-store.ts";
import { finishImport } from "../../finish-import.ts";
import { otherServer } from "../../problems.ts";
import { readImportWork } from "../../store.ts";
import { acceptFile, isBrokenStream } from "../receive.ts";
import { finishFile, noteOf, receiveBytes, withHeartbeat, type ReceivedFile } from "../receive-bytes.ts";
import type { OpenUploads } from "./open-uploads.ts";
import { KEPT_HOURS, requestInterrupted, tooLong, uploadGone, wrongOffset } from "./problems.ts";
import { markPaused, markReceiving, type StoredUpload } from "./store.ts";
import { isTerminal } from "../../../../contract/imports/imports.ts";

/** A connection that sends no bytes for this long is considered dead. */
const IDLE_MS = 30_000;

/** The bytes that a request sends. */
export interface SentBytes {
  /** Position of the first byte in the file. */
  offset: number;
  bytes: AsyncIterable<Buffer> | Buffer[];
  /** Closes the connection. */
  stop: () => void;
}

/** Returns how many bytes of the file are stored. If the file is complete but could not be handed to a worker because the
 * database was unavailable, hands it over now. */
export async function offsetOf(context: ImportContext, uploads: OpenUploads, upload: StoredUpload): Promise<number> {
  if (upload.is_whole) return upload.size;
  requireOwnStore(context, upload);
  const stored = await context.store.sizeOf(upload.file);
  if (stored === upload.size)
    await appendBytes(context, uploads, upload, { offset: stored, bytes: [], stop: () => undefined });
  return stored;
}

/** Appends bytes to an upload that the caller has acquired, and returns how many bytes of the file are then stored.
 * @throws Problem upload-offset, payload-too-large, upload-gone, upload-interrupted, disk-full, other-server */
export async function appendBytes(
  context: ImportContext,
  uploads: OpenUploads,
  upload: StoredUpload,
  { offset, bytes, stop }: SentBytes,
): Promise<number> {
  const { id, file: name, filename, size } = upload;
  if (!upload.is_whole) requireOwnStore(context, upload);
  const { store } = context;
  const stored = upload.is_whole ? size : await store.sizeOf(name);
  if (offset !== stored) throw wrongOffset(offset, stored);
  if (upload.is_whole) return size;
  // Reading the bytes of a bucket again with each request would take too long.
  const hash = uploads.takeHash(name, stored) ?? (store.is_local ? await hashOf(context, name, stored) : undefined);
  const writer = await markReceiving(context.pool, id, stored, KEPT_HOURS);
  if (writer === undefined) throw uploadGone(filename);
  const file = await store.append(name, writer, stored).catch(async (error: unknown) => {
    if (!(error instanceof StoredBytesChanged)) throw error;
    await settle(context, uploads, upload, { received: stored, writer, hash: undefined });
    throw requestInterrupted();
  });
  const target: ReceivedFile = {
    id,
    file,
    writer,
    hash,
    received: stored,
    max_bytes: size,
    tooLarge: () => tooLong(filename, size),
    space: uploadSpace(context, filename),
  };
  const fault = await receiveAll(context, target, filename, unlessIdle(bytes, stop));
  const isWhole = fault === undefined && target.received === size && (await isStored(store, name, size));
  if (isWhole && (await accept(context, upload, target))) return size;
  const kept = await settle(context, uploads, upload, target);
  if (fault !== undefined) throw fault;
  if (kept !== target.received) throw requestInterrupted();
  return kept;
}

/** Whether the store has the whole file. In a bucket, parts of another request can be in the way. */
const isStored = async (store: FileStore, file: string, size: number): Promise<boolean> =>
  store.is_local || (await store.sizeOf(file)) === size;

/** @throws Problem other-server if another server keeps the received bytes */
function requireOwnStore({ store }: ImportContext, { filename, store_id: kept }: StoredUpload): void {
  if (kept !== null && kept !== store.id) throw otherServer(filename);
}

async function hashOf({ store }: ImportContext, file: string, length: number): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const buffer of store.read(file, length)) hash.update(buffer);
  return hash;
}

async function accept(
  context: ImportContext,
  { id, file, size }: StoredUpload,
  target: ReceivedFile,
): Promise<boolean> {
  const hash = target.hash ?? (await withHeartbeat(noteOf(context, target), () => hashOf(context, file, size)));
  return acceptFile(context, id, { size, sha256: hash.digest("hex"), writer: target.writer });
}

/** Receives all bytes and makes them durable, unless the disk is full.
 * @returns the reason if the request ended early, otherwise undefined */
async function receiveAll(
  context: ImportContext,
  target: ReceivedFile,
  filename: string,
  bytes: AsyncIterable<Buffer>,
): Promise<Error | undefined> {
  let fault: Error | undefined;
  try {
    if (!(await receiveBytes(context, target, bytes))) fault = requestInterrupted();
  } catch (error) {
    fault = faultOf(error, filename);
  }
  try {
    await finishFile(context, target);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    fault ??= faultOf(error, filename);
  } finally {
    await target.file.close();
  }
  return fault;
}

function faultOf(error: unknown, filename: string): Error {
  if (isDiskFull(error)) return diskFull(filename, error);
  return isBrokenStream(error) ? requestInterrupted() : (error as Error);
}

/** Pauses an incomplete upload, or ends it if it was cancelled. @returns how many bytes of the file are stored
 * @throws Problem upload-gone if the upload was cancelled or has ended */
async function settle(
  context: ImportContext,
  uploads: OpenUploads,
  { id, file, filename }: StoredUpload,
  { received, hash, writer }: Pick<ReceivedFile, "received" | "hash" | "writer">,
): Promise<number> {
  const work = await readImportWork(context.pool, id);
  // Call finishImport even if the import has already ended: this request may have created the file again after it was
  // removed, and finishImport removes it.
  if (work !== undefined && (work.cancel_requested || isTerminal(work.state)))
    await finishImport(context, id, "cancelled");
  if (work === undefined || work.cancel_requested || isTerminal(work.state)) throw uploadGone(filename);
  // If the disk is full, some of the received bytes may not be stored. The next request continues at the file's size.
  const stored = await context.store.sizeOf(file);
  if (stored === received && hash !== undefined) uploads.putHash(file, received, hash);
  // The bytes of this request may not be part of the file.
  if (!(await markPaused(context.pool, id, { received: stored, writer }, KEPT_HOURS))) throw requestInterrupted();
  return stored;
}

async function* unlessIdle(bytes: AsyncIterable<Buffer> | Buffer[], stop: () => void): AsyncGenerator<Buffer> {
  const timer = setTimeout(stop, IDLE_MS);
  try {
    for await (const buffer of bytes) {
      timer.refresh();
      yield buffer;
    }
  } finally {
    clearTimeout(timer);
  }
}
