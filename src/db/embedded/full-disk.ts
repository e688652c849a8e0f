// What can be done when the data folder's disk is full. PostgreSQL stops then, and needs room for a segment of its log (16 MB)
// before it starts again: its recovery ends with a write. So a file of no use keeps some room, and is deleted for the recovery.
import { randomFillSync, randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { isDiskFull, type DiskReserve } from "../data-dir/disk-reserve.ts";
import { logPath, oldLogPath } from "./postgres-log.ts";

const MB = 1024 ** 2;
/** A segment of PostgreSQL's log, and some pages of tables. Recovery on a tmpfs failed with less than the segment. */
const START_BYTES = 24 * MB;
const BALLAST_BYTES = 64 * MB;
/** Of the whole disk, where that is small. */
const BALLAST_SHARE = 0.1;
const PROBE_BYTES = MB;

const ballastPath = (dataDir: string): string => join(dataDir, "disk-reserve.bin");

/** Whether PostgreSQL has too little room to start. A quota does not show in the file system's numbers, so it is tried too. */
export async function isFull(dataDir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dataDir);
  return bavail * bsize < START_BYTES || !(await canWrite(join(dataDir, `disk-probe.${randomUUID()}`), PROBE_BYTES));
}

/** Makes the file that keeps room for a recovery, unless it is there or the room is needed otherwise. */
export async function ensureBallast(dataDir: string, disk: DiskReserve): Promise<void> {
  const path = ballastPath(dataDir);
  const { blocks, bsize } = await statfs(dataDir);
  const bytes = Math.min(BALLAST_BYTES, Math.floor(blocks * bsize * BALLAST_SHARE));
  if (((await stat(path).catch(() => undefined))?.size ?? 0) >= bytes || (await disk.freeBytes()) < 2 * bytes) return;
  await rm(path, { force: true });
  // Under another name until it is complete: half a file would not be enough for a recovery.
  const partial = join(dataDir, `disk-probe.${randomUUID()}`);
  if (await canWrite(partial, bytes, "keep")) await rename(partial, path);
}

/** Deletes what only costs room. @returns whether there was anything */
export async function dropBallast(dataDir: string): Promise<boolean> {
  const paths = [ballastPath(dataDir), oldLogPath(dataDir)];
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  for (const path of paths) await rm(path, { force: true });
  return found.some((file) => file !== undefined);
}

/** Deletes files that a process which is gone was writing. The caller holds the data folder. The texts of imports (`.utf8`) stay: one
 * that is being loaded needs its text. */
export async function removeHalfFinished(dataDir: string): Promise<string[]> {
  const removed: string[] = [];
  for (const [folder, pattern] of [
    ["files", /\.(unpacked|strings)$/],
    [".", /^disk-probe\./],
  ] as const) {
    for (const name of await readdir(join(dataDir, folder)).catch(() => [])) {
      if (!pattern.test(name)) continue;
      await rm(join(dataDir, folder, name), { force: true });
      removed.push(join(folder, name));
    }
  }
  return removed;
}

const LISTED_FILES = 5;

/** What to tell a person whose disk is full: the largest files that Skuport can do without. */
export async function describeFullDisk(dataDir: string): Promise<string> {
  const { bavail, bsize } = await statfs(dataDir);
  const uploads = await readdir(join(dataDir, "files")).catch(() => []);
  const paths = [...uploads.map((name) => join(dataDir, "files", name)), logPath(dataDir)];
  const files = await Promise.all(
    paths.map(async (path) => ({ path, size: (await stat(path).catch(() => undefined))?.size ?? 0 })),
  );
  const largest = files
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
    .slice(0, LISTED_FILES);
  return [
    `The disk of the data folder ${dataDir} is full (${megabytes(bavail * bsize)} free), so PostgreSQL cannot start. Make ${megabytes(BALLAST_BYTES)} of room on it and start again.`,
    ...(largest.length === 0
      ? ["The data folder itself holds no file that can be deleted; make room elsewhere on the disk, or enlarge it."]
      : ["These files may be deleted; an import that still needs one fails, and its file has to be sent again:"]),
    ...largest.map(({ path, size }) => `  ${megabytes(size)}  ${path}`),
  ].join("\n");
}

const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;

/** Writes that many bytes to a new file; false when the disk is full. Random, since a file system may compress. */
async function canWrite(path: string, bytes: number, then: "keep" | "remove" = "remove"): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      const piece = randomFillSync(Buffer.allocUnsafe(MB));
      for (let left = bytes; left > 0; left -= piece.length) await file.writeFile(piece.subarray(0, left));
      await file.sync();
    } finally {
      await file.close();
    }
    if (then === "remove") await rm(path);
    return true;
  } catch (error) {
    await rm(path, { force: true });
    if (isDiskFull(error)) return false;
    throw error;
  }
}
