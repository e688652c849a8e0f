// Writes a file sequentially. All bytes are durable on disk when `finish` returns.
import { open, type FileHandle } from "node:fs/promises";
import { releaseBuffer } from "../../db/binary/release-buffer.ts";

/** Buffers are collected up to this number of bytes: writing each buffer from the socket separately took 10 % of an upload's
 * time. */
const WRITE_BYTES = 1 << 20;
/** A sync starts after this many bytes, so that the last sync, which the client waits for, is short. */
const SYNC_BYTES = 16 << 20;

export interface DurableFile {
  /** Takes ownership of the buffer. This module writes the buffer later, and then releases its memory. */
  write(buffer: Buffer): Promise<void>;
  /** Writes the collected buffers to the file, because a scan reads it at the same time. */
  flush(): Promise<void>;
  /** Waits until all bytes are on disk. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file to append to it, and creates it, readable by this user only, if it does not exist. */
export const appendDurableFile = async (path: string): Promise<DurableFile> =>
  durableFile(await open(path, "a", 0o600));

function durableFile(file: FileHandle): DurableFile {
  let collected: Buffer[] = [];
  let collectedBytes = 0;
  let unsynced = 0;
  let isSyncing = false;
  // A failed sync must make `finish` fail: the system reports lost pages only once, so the next sync may succeed without them.
  let sync = Promise.resolve();
  const flush = async (): Promise<void> => {
    const buffers = collected;
    const length = collectedBytes;
    collected = [];
    collectedBytes = 0;
    await writeAll(file, buffers, length);
    for (const buffer of buffers) releaseBuffer(buffer);
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
    async write(buffer) {
      collected.push(buffer);
      collectedBytes += buffer.length;
      if (collectedBytes >= WRITE_BYTES) await flush();
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

async function writeAll(file: FileHandle, buffers: Buffer[], length: number): Promise<void> {
  if (length === 0) return;
  const { bytesWritten } = await file.writev(buffers);
  // A signal or a nearly full disk can cut a write short. Write the remaining buffers one by one.
  let skipped = bytesWritten;
  for (const buffer of bytesWritten < length ? buffers : []) {
    for (let at = Math.min(skipped, buffer.length); at < buffer.length;)
      at += (await file.write(buffer, at)).bytesWritten;
    skipped = Math.max(0, skipped - buffer.length);
  }
}
