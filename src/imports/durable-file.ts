// A file that is written once and on disk when `finish` returns.
import { open } from "node:fs/promises";

/** Bytes between two starts of a sync, so that the last one, which somebody waits for, is short. */
const SYNC_BYTES = 16 << 20;

export interface DurableFile {
  write(piece: Buffer): Promise<void>;
  /** Waits until all that was written is on disk. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Creates the file, readable by this user only; there must be none yet. */
export async function createDurableFile(path: string): Promise<DurableFile> {
  const file = await open(path, "wx", 0o600);
  let unsynced = 0;
  let is_syncing = false;
  // A failed sync stays failed: the system tells of lost pages once, and the next sync may well succeed.
  let sync = Promise.resolve();
  return {
    async write(piece) {
      for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
      unsynced += piece.length;
      if (is_syncing || unsynced < SYNC_BYTES) return;
      unsynced = 0;
      is_syncing = true;
      sync = file.datasync().then(() => {
        is_syncing = false;
      });
      sync.catch(() => undefined);
    },
    async finish() {
      await sync;
      await file.datasync();
    },
    async close() {
      await sync.catch(() => undefined);
      await file.close();
    },
  };
}
