// Takes a file as it comes: to disk and through SHA-256, never into memory, and acknowledged only once it is durable.
import { createHash, randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { isTransient, retryTransient, withTransaction } from "../db/connect.ts";
import { uploadedPath, type ImportContext } from "./context.ts";
import { createDurableFile } from "./durable-file.ts";
import { finishImport } from "./finish-import.ts";
import { insertImport, markReceived, noteReceived, readImport, type NewImport } from "./store.ts";
import { Problem } from "../../contract/problems.ts";
import type { Import, ImportOptions } from "../../contract/imports.ts";

/** Progress is told, and a cancel noticed, this often. */
const PROGRESS_MS = 200;
/** A stalled upload still gives this sign of life; see SILENT_UPLOAD_MS in take-over.ts. */
const HEARTBEAT_MS = 5000;

/** From here on a worker may scan along. Smaller files are whole before it has begun. */
const FOLLOW_BYTES = 4 << 20;

export interface Upload {
  filename: string;
  /** Bytes, where the sender said so. */
  size: number | null;
  options: ImportOptions;
  actor: string;
  max_bytes: number;
}

/** Receives `bytes` as a new import and hands it to a worker.
 * @throws Problem upload-interrupted, payload-too-large, empty-file; the import is then failed and says the same */
export async function receiveImport(
  context: ImportContext,
  upload: Upload,
  bytes: AsyncIterable<Buffer>,
): Promise<Import> {
  const { filename, size, options, actor } = upload;
  const made: NewImport = { actor, filename, size, options, file: randomUUID() };
  const id = await insertImport(context.pool, made);
  try {
    const { received, sha256, cancelled } = await writeFile(context, id, made.file, upload, bytes);
    if (cancelled) {
      await finishImport(context, id, "cancelled");
      return (await readImport(context.pool, id)) as Import;
    }
    if (received === 0) throw new Problem("empty-file", `"${filename}" is empty. Check the export that made it.`);
    if (size !== null && received !== size) throw interrupted(received, size);
    const accepted = await retryTransient(() =>
      withTransaction(context.pool, async (client) => {
        const met = await markReceived(client, id, received, sha256);
        if (met) await context.sendScan(client, id);
        return met;
      }),
    );
    if (!accepted) await finishImport(context, id, "cancelled");
  } catch (error) {
    const cause = error instanceof Problem || !isBrokenStream(error) ? error : interrupted(null, size, error);
    await retryTransient(() => finishImport(context, id, "failed", cause));
    throw cause;
  }
  return (await readImport(context.pool, id)) as Import;
}

async function writeFile(
  context: ImportContext,
  id: number,
  name: string,
  { filename, max_bytes }: Upload,
  bytes: AsyncIterable<Buffer>,
): Promise<{ received: number; sha256: string; cancelled: boolean }> {
  await mkdir(context.files_dir, { recursive: true, mode: 0o700 });
  const hash = createHash("sha256");
  const file = await createDurableFile(uploadedPath(context, name));
  const upload = { received: 0, noted: 0, is_followed: false, cancelled: false };
  const note = async (): Promise<void> => {
    upload.noted = performance.now();
    const goes_on = await passingly(() => noteReceived(context.pool, id, upload.received));
    if (goes_on === false) upload.cancelled = true;
  };
  const heartbeat = setInterval(() => void note(), HEARTBEAT_MS);
  try {
    for await (const piece of bytes) {
      upload.received += piece.length;
      if (upload.received > max_bytes) throw tooLarge(filename, max_bytes);
      hash.update(piece);
      await file.write(piece);
      if (performance.now() - upload.noted > PROGRESS_MS) {
        await file.flush();
        await note();
      }
      if (!upload.is_followed && upload.received >= FOLLOW_BYTES) {
        upload.is_followed = true;
        await passingly(() => context.sendScan(context.pool, id));
      }
      if (upload.cancelled) break;
    }
    await file.finish();
  } finally {
    clearInterval(heartbeat);
    await file.close();
  }
  return { received: upload.received, sha256: hash.digest("hex"), cancelled: upload.cancelled };
}

/** For what only tells of progress: a database that is away for a moment must not end an upload. */
async function passingly<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}

const tooLarge = (filename: string, max_bytes: number): Problem =>
  new Problem(
    "payload-too-large",
    `"${filename}" is larger than ${max_bytes.toLocaleString("en")} bytes. Split it, or raise SKUPORT_MAX_UPLOAD_BYTES.`,
  );

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
function isBrokenStream(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR" || code === "EPIPE";
}
