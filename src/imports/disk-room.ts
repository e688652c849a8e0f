// What a full disk means to imports: an upload is refused, a worker waits until there is room.
import { setTimeout as sleep } from "node:timers/promises";
import { retryTransient } from "../db/connection/connect.ts";
import { createSpaceCheck, type DiskReserve, type SpaceCheck } from "../db/data-dir/disk-reserve.ts";
import type { ImportContext } from "./context.ts";
import { noteWaiting } from "./wait-store.ts";
import { ScanOver } from "./scan/watch-scan.ts";
import { Problem } from "../../contract/problems.ts";

export const diskFull = (filename: string, cause?: unknown): Problem =>
  new Problem(
    "disk-full",
    `The server's disk has no room for "${filename}". Free some space or discard unfinished uploads, then send it again.`,
    { cause },
  );

/** @throws Problem disk-full unless the file fits beside the reserve */
export async function requireRoom(disk: DiskReserve | undefined, filename: string, bytes: number): Promise<void> {
  if (disk !== undefined && (await disk.freeBytes()) < bytes) throw diskFull(filename);
}

/** For a file that is being received: throws Problem disk-full. */
export const uploadRoom = ({ disk }: Pick<ImportContext, "disk">, filename: string): SpaceCheck =>
  disk === undefined ? () => undefined : createSpaceCheck(disk, () => Promise.reject(diskFull(filename)));

/** For a file that a scan writes: waits. @throws ScanOver when the import is cancelled or over */
export const scratchRoom = (context: ImportContext, importId: number, signal: AbortSignal): SpaceCheck => {
  const { disk } = context;
  return disk === undefined
    ? () => undefined
    : createSpaceCheck(disk, async () => {
        if (!(await waitForRoom(context, disk, 0, importId, signal))) throw new ScanOver();
      });
};

/** What all loaders together write to the tables and to PostgreSQL's log before they inspect the disk again: a chunk each, twice. */
const LOADING_BYTES = 64 << 20;

/** Waits while the database's disk has no room for more rows. Returns early when the import is cancelled or over. */
export async function waitUntilLoadable(context: ImportContext, importId: number, signal: AbortSignal): Promise<void> {
  const { database_disk } = context;
  if (database_disk !== undefined && (await database_disk.freeBytes()) < LOADING_BYTES)
    await waitForRoom(context, database_disk, LOADING_BYTES, importId, signal);
}

/** The disk is inspected this often. */
const LOOK_MS = 1000;
/** The import's row is written this often, which is also its sign of life: see SILENT_WORK_MS in take-over.ts. */
const NOTE_MS = 4000;

/** Waits until there is room; meanwhile the import's record shows why it waits.
 * @returns false when the import is cancelled or over */
async function waitForRoom(
  { pool, log }: ImportContext,
  disk: DiskReserve,
  bytes: number,
  importId: number,
  signal: AbortSignal,
): Promise<boolean> {
  let noted = -Infinity;
  log.warn({ import_id: importId }, "the disk has no room: the import waits");
  do {
    if (performance.now() - noted >= NOTE_MS) {
      noted = performance.now();
      // A database that is away because of the full disk must not end the wait.
      const goesOn = await noteWaiting(pool, importId, "disk-full").catch(() => true);
      if (!goesOn) return false;
    }
    await sleep(LOOK_MS, undefined, { signal });
  } while ((await disk.freeBytes()) <= bytes);
  await retryTransient(() => noteWaiting(pool, importId, null), { signal });
  log.info({ import_id: importId }, "the disk has room: the import continues");
  return true;
}
