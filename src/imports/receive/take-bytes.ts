// Takes an import's bytes as they come: to disk and through SHA-256, never into memory. Tells how far it is, notices a cancel, and
// has a worker scan along while a large file still comes.
import type { Hash } from "node:crypto";
import { isTransient } from "../../db/connection/connect.ts";
import type { ImportContext } from "../context.ts";
import type { SpaceCheck } from "../../db/data-dir/disk-reserve.ts";
import type { DurableFile } from "./durable-file.ts";
import { noteReceived } from "../store.ts";

/** Progress is told, and a cancel noticed, this often. */
const PROGRESS_MS = 200;
/** A stalled upload still gives this sign of life; see SILENT_UPLOAD_MS in take-over.ts. */
const HEARTBEAT_MS = 5000;

/** From here on a worker may scan along. Smaller files are whole before it has begun. */
const FOLLOW_BYTES = 4 << 20;

export interface Taking {
  id: number;
  file: DurableFile;
  hash: Hash;
  /** Bytes of the file that are there; grows. */
  received: number;
  /** Bytes that may be there, and what to throw when there are more. */
  max_bytes: number;
  tooLarge: () => Error;
  /** Throws when the disk has no room for the bytes. */
  room: SpaceCheck;
}

/** Returns when the bytes end, or false as soon as the import is to be cancelled. What was taken then still has to be brought to disk
 * by `file.finish`. Throws what the stream throws. */
export async function takeBytes(
  context: ImportContext,
  taking: Taking,
  bytes: AsyncIterable<Buffer>,
): Promise<boolean> {
  const upload = { noted: 0, is_followed: false, cancelled: false };
  const note = async (): Promise<void> => {
    upload.noted = performance.now();
    const goesOn = await passingly(() => noteReceived(context.pool, taking.id, taking.received));
    if (goesOn === false) upload.cancelled = true;
  };
  let beat = Promise.resolve();
  const heartbeat = setInterval(() => {
    beat = note();
    // Whatever it is, the next note meets it too.
    beat.catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    for await (const piece of bytes) {
      if (taking.received + piece.length > taking.max_bytes) throw taking.tooLarge();
      const inspected = taking.room(piece.length);
      if (inspected !== undefined) await inspected;
      taking.received += piece.length;
      taking.hash.update(piece);
      await taking.file.write(piece);
      if (performance.now() - upload.noted > PROGRESS_MS) {
        await taking.file.flush();
        await note();
      }
      if (!upload.is_followed && taking.received >= FOLLOW_BYTES) {
        upload.is_followed = true;
        await passingly(() => context.sendScan(context.pool, taking.id));
      }
      if (upload.cancelled) break;
    }
  } finally {
    clearInterval(heartbeat);
    // A note that is under way would show as coming what is paused after this.
    await beat.catch(() => undefined);
  }
  return !upload.cancelled;
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
