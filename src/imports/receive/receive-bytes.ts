// Receives the bytes of an upload: writes them to disk and hashes them, without holding the file in memory. Stores progress, notices a
// cancel, and lets a worker scan a large file while it is still being received.
import type { Hash } from "node:crypto";
import { isTransient } from "../../db/connection/connect.ts";
import type { ImportContext } from "../context.ts";
import type { SpaceCheck } from "../../db/data-dir/disk-reserve.ts";
import type { DurableFile } from "../file-stores/durable-file.ts";
import { noteReceived } from "../store.ts";

/** Interval of storing progress and checking for a cancel. */
const PROGRESS_MS = 200;
/** Interval of updating the import's row while an upload is stalled, to show that the server is alive: see SILENT_UPLOAD_MS in
 * take-over.ts. */
const HEARTBEAT_MS = 5000;

/** If the store is a folder, a worker starts to scan a file of more than this size while it is being received. Smaller files are complete
 * before a worker has started. */
const FOLLOW_BYTES = 4 << 20;

/** The file that bytes are received into. */
export interface ReceivedFile {
  id: number;
  file: DurableFile;
  /** Number of the request; see `FileStore.append`. */
  writer: number;
  /** Undefined if bytes of earlier requests have to be read again before the file can be hashed. */
  hash: Hash | undefined;
  /** Number of bytes received so far, including those of earlier requests. */
  received: number;
  max_bytes: number;
  /** Creates the error to throw when more than `max_bytes` have arrived. */
  tooLarge: () => Error;
  /** Called before each write. Throws if the disk is too full for the bytes. */
  space: SpaceCheck;
}

/** Receives all bytes, or stops when the import is cancelled. The caller has to call `file.finish` in any case.
 * @returns false if the import was cancelled
 * @throws the errors of the stream, of `tooLarge` and of `space` */
export async function receiveBytes(
  context: ImportContext,
  target: ReceivedFile,
  bytes: AsyncIterable<Buffer>,
): Promise<boolean> {
  const upload = { noted_at: 0, is_followed: false, is_cancelled: false };
  const note = async (): Promise<void> => {
    upload.noted_at = performance.now();
    const isActive = await ignoreTransient(() => noteReceived(context.pool, target.id, target));
    if (isActive === false) upload.is_cancelled = true;
  };
  return withHeartbeat(note, async () => {
    for await (const buffer of bytes) {
      if (target.received + buffer.length > target.max_bytes) throw target.tooLarge();
      const diskCheck = target.space(buffer.length);
      if (diskCheck !== undefined) await diskCheck;
      target.received += buffer.length;
      target.hash?.update(buffer);
      await target.file.write(buffer);
      if (performance.now() - upload.noted_at > PROGRESS_MS) {
        await target.file.flush();
        await note();
      }
      if (context.store.is_local && !upload.is_followed && target.received >= FOLLOW_BYTES) {
        upload.is_followed = true;
        await ignoreTransient(() => context.sendScan(context.pool, target.id, context.store.id));
      }
      if (upload.is_cancelled) break;
    }
    return !upload.is_cancelled;
  });
}

/** Makes all received bytes durable. A bucket can take longer for that than a silent upload may. */
export const finishFile = (context: ImportContext, target: ReceivedFile): Promise<void> =>
  withHeartbeat(noteOf(context, target), () => target.file.finish());

/** Returns a function that stores the progress. */
export const noteOf = (context: ImportContext, target: ReceivedFile) => async (): Promise<void> => {
  await noteReceived(context.pool, target.id, target);
};

/** Calls `note` at intervals while `work` runs. */
export async function withHeartbeat<T>(note: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let beat = Promise.resolve();
  const heartbeat = setInterval(() => {
    beat = note();
    // Ignore this error: the next update of the progress fails with the same error.
    beat.catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    // Wait for a running update. If it ended later, it could set the state to `receiving` again after the caller has set it to `paused`.
    await beat.catch(() => undefined);
  }
}

/** Runs `work`, which only stores progress, and ignores transient errors: a short outage of the database must not end an upload. */
async function ignoreTransient<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}
