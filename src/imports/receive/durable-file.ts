// A file that is written from its start to its end, and on disk when `finish` returns.
import { open, type FileHandle } from "node:fs/promises";
import { releaseBuffer } from "../../db/binary/release-buffer.ts";

/** Pieces are gathered until they have this many bytes: a write for each that a socket brings cost a tenth of an upload. */
const WRITE_BYTES = 1 << 20;
/** Bytes between two starts of a sync, so that the last one, which somebody waits for, is short. */
const SYNC_BYTES = 16 << 20;

export interface DurableFile {
  /** The piece is the file's from here on: it is kept until later, and its memory is given back once it is written. */
  write(piece: Buffer): Promise<void>;
  /** Writes what was gathered, for those who read along. */
  flush(): Promise<void>;
  /** Waits until all that was written is on disk. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Creates the file, readable by this user only; there must be none yet. */
export const createDurableFile = async (path: string): Promise<DurableFile> =>
  durableFile(await open(path, "wx", 0o600));

/** Goes on at the end of the file, which is created where there is none. */
export const appendDurableFile = async (path: string): Promise<DurableFile> =>
  durableFile(await open(path, "a", 0o600));

function durableFile(file: FileHandle): DurableFile {
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;
  let unsynced = 0;
  let isSyncing = false;
  // A failed sync stays failed: the system tells of lost pages once, and the next sync may well succeed.
  let sync = Promise.resolve();
  const flush = async (): Promise<void> => {
    const pieces = gathered;
    const length = gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
    await writeAll(file, pieces, length);
    for (const piece of pieces) releaseBuffer(piece);
    unsynced += length;
    if (isSyncing || unsynced < SYNC_BYTES) return;
    unsynced = 0;
    isSyncing = true;
    sync = file.datasync().then(() => {
      isSyncing = false;
    });
    sync.catch(() => undefined);
  };
  return {
    async write(piece) {
      gathered.push(piece);
      gatheredBytes += piece.length;
      if (gatheredBytes >= WRITE_BYTES) await flush();
    },
    flush,
    async finish() {
      await flush();
      await sync;
      await file.datasync();
    },
    async close() {
      await sync.catch(() => undefined);
      await file.close();
    },
  };
}

async function writeAll(file: FileHandle, pieces: Buffer[], length: number): Promise<void> {
  if (length === 0) return;
  const { bytesWritten } = await file.writev(pieces);
  // A write may be cut short, by a signal or a disk that is nearly full: what is left goes piece by piece.
  let skipped = bytesWritten;
  for (const piece of bytesWritten < length ? pieces : []) {
    for (let at = Math.min(skipped, piece.length); at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
    skipped = Math.max(0, skipped - piece.length);
  }
}
