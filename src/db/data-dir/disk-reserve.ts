// The part of the data folder's disk that files must leave free. The embedded PostgreSQL is on the same disk: without room for its
// log (WAL) it stops, and cannot even start again.
import type { StatsFs } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

export interface DiskReserve {
  /** Bytes that may be written before the reserve is touched; negative once it is. */
  room(): Promise<number>;
}

const GB = 1_000_000_000;
const SHARE = 0.05;

/** @param bytes what must stay free; undefined = 5 % of the file system, at most 1 GB */
export function createDiskReserve(folder: string, bytes?: number): DiskReserve {
  return {
    async room() {
      const { bavail, blocks, bsize } = await statfsOf(folder);
      return bavail * bsize - (bytes ?? Math.min(SHARE * blocks * bsize, GB));
    },
  };
}

/** As much is written, at most, before the disk is inspected again. */
const CHECK_BYTES = 64 << 20;
/** Several files are written at the same time: each takes only this share of the room before it inspects the disk again. */
const CHECK_SHARE = 1 / 16;

/** Called before a write with its bytes. Returns undefined as a rule, and a promise when the disk has to be inspected first. */
export type RoomCheck = (bytes: number) => Promise<void> | undefined;

/**
 * A check for one file: before its first byte, and then every 64 MB or earlier where the disk is nearly full.
 * @param onShort throws, or returns when the disk may have room again
 */
export function createRoomCheck(reserve: DiskReserve, onShort: () => Promise<void>): RoomCheck {
  let unchecked = 0;
  const inspect = async (bytes: number): Promise<void> => {
    let room = await reserve.room();
    for (; room < bytes; room = await reserve.room()) await onShort();
    unchecked = Math.min(room * CHECK_SHARE, CHECK_BYTES) - bytes;
  };
  return (bytes) => {
    unchecked -= bytes;
    return unchecked >= 0 ? undefined : inspect(bytes);
  };
}

/** Whether a write failed because the disk, or the user's quota of it, is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" || (error.cause !== undefined && isDiskFull(error.cause));
}

/** Of the folder, or of the nearest one above that is there: the folder may not have been made yet. */
async function statfsOf(folder: string): Promise<StatsFs> {
  try {
    return await statfs(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw error;
    return statfsOf(dirname(folder));
  }
}
