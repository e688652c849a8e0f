// The disk space that files must leave free. The embedded PostgreSQL uses the same disk: without space for its write-ahead log, it
// stops and cannot start again.
import type { StatsFs } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

export interface DiskReserve {
  /** Returns the free bytes beyond the reserve; negative if the reserve is in use. */
  freeBytes(): Promise<number>;
}

const GB = 1_000_000_000;
const SHARE = 0.05;

/** @param bytes size of the reserve; undefined = 5 % of the file system, at most 1 GB */
export function createDiskReserve(folder: string, bytes?: number): DiskReserve {
  return {
    async freeBytes() {
      const { bavail, blocks, bsize } = await statfsOf(folder);
      return bavail * bsize - (bytes ?? Math.min(SHARE * blocks * bsize, GB));
    },
  };
}

/** Number of bytes that may be written between two checks of the disk. */
const CHECK_BYTES = 64 << 20;
/** Share of the free space that one file may use between two checks, because several files may be written at the same time. */
const CHECK_SHARE = 1 / 16;

/** A function to call before each write, with the size of the write. Usually returns undefined; returns a promise if the disk has to be
 * checked first. */
export type SpaceCheck = (bytes: number) => Promise<void> | undefined;

/**
 * Returns the check for one file: it inspects the disk before the first byte and every 64 MB, or more often if the disk is nearly full.
 * @param onShort called when space is short; throws, or resolves when there may be space again
 */
export function createSpaceCheck(reserve: DiskReserve, onShort: (bytes: number) => Promise<void>): SpaceCheck {
  let unchecked = 0;
  const inspect = async (bytes: number): Promise<void> => {
    let free = await reserve.freeBytes();
    for (; free < bytes; free = await reserve.freeBytes()) await onShort(bytes);
    unchecked = Math.min(free * CHECK_SHARE, CHECK_BYTES) - bytes;
  };
  return (bytes) => {
    unchecked -= bytes;
    return unchecked >= 0 ? undefined : inspect(bytes);
  };
}

/** True if a write failed because the disk or the user's quota is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" || (error.cause !== undefined && isDiskFull(error.cause));
}

/** Calls statfs on the folder or, if the folder does not exist yet, on its nearest existing parent. */
async function statfsOf(folder: string): Promise<StatsFs> {
  try {
    return await statfs(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw error;
    return statfsOf(dirname(folder));
  }
}
