// Handles a full disk: the server refuses uploads, and workers wait until there is space again.
import { setTimeout as sleep } from "node:timers/promises";
import { retryTransient } from "../../db/connection/connect.ts";
import { createSpaceCheck, type DiskReserve, type SpaceCheck } from "../../db/data-dir/disk-reserve.ts";
import type { ImportContext } from "../context.ts";
import { noteWaiting } from "./wait-store.ts";
import { Problem } from "../../../contract/problems.ts";

export const diskFull = (filename: string, cause?: unknown): Problem =>
  new Problem(
    "disk-full",
    `The server's disk is too full for "${filename}". Free some disk space or discard unfinished uploads, then upload the file again.`,
    { cause },
  );

/** The disk to which uploads are written. Undefined if they go to a bucket, or may fill the disk. */
export const uploadDisk = ({ disk, store }: Pick<ImportContext, "disk" | "store">): DiskReserve | undefined =>
  store.is_local ? disk : undefined;

/** Ensures that the file fits on the disk without touching the reserve. @throws Problem disk-full if it does not fit */
export async function requireSpace(disk: DiskReserve | undefined, filename: string, bytes: number): Promise<void> {
  if (disk !== undefined && (await disk.freeBytes()) < bytes) throw diskFull(filename);
}

/** Returns a check to call before each write of a file that is being received. The check throws Problem disk-full. */
export const uploadSpace = (context: Pick<ImportContext, "disk" | "store">, filename: string): SpaceCheck =>
  spaceOn(uploadDisk(context), filename);

/** Returns a check to call before each write to the disk. The check throws Problem disk-full. */
export const spaceOn = (disk: DiskReserve | undefined, filename: string): SpaceCheck =>
  disk === undefined ? () => undefined : createSpaceCheck(disk, () => Promise.reject(diskFull(filename)));

/** Number of bytes that the loaders of a process can write to the tables and to PostgreSQL's log before they check the disk
 * again: for each loader, twice the size of a chunk. */
const LOADING_BYTES = 64 << 20;

/** Waits while the database's disk is too full for more rows. Returns early when the import is cancelled or has ended. */
export async function waitUntilLoadable(context: ImportContext, importId: number, signal: AbortSignal): Promise<void> {
  const { database_disk } = context;
  if (database_disk !== undefined && (await database_disk.freeBytes()) < LOADING_BYTES)
    await waitForSpace(context, database_disk, LOADING_BYTES, importId, signal);
}

const CHECK_MS = 1000;
/** Interval of updating the import's row during the wait. The updates also show that its worker is alive: see SILENT_WORK_MS in
 * jobs/worker-loop.ts. */
const NOTE_MS = 4000;

/** Waits until the disk has space for `bytes`. During the wait, the import's row contains the reason.
 * @returns false if the import was cancelled or has ended */
export async function waitForSpace(
  { pool, log }: ImportContext,
  disk: DiskReserve,
  bytes: number,
  importId: number,
  signal: AbortSignal,
): Promise<boolean> {
  let notedAt = -Infinity;
  log.warn({ import_id: importId }, "disk full; import waits");
  do {
    if (performance.now() - notedAt >= NOTE_MS) {
      notedAt = performance.now();
      // A full disk can stop the database too. Keep waiting in this case.
      const isActive = await noteWaiting(pool, importId, "disk-full").catch(() => true);
      if (!isActive) return false;
    }
    await sleep(CHECK_MS, undefined, { signal });
  } while ((await disk.freeBytes()) < bytes);
  await retryTransient(() => noteWaiting(pool, importId, null), { signal });
  log.info({ import_id: importId }, "disk space available; import continues");
  return true;
}
