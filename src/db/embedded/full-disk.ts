// Handles the case that the disk of the data folder is full. PostgreSQL then stops. To start again, it needs space for one segment of its
// write-ahead log (16 MB), because its recovery ends with a write. A ballast file reserves this space and is deleted for the recovery.
import { randomFillSync, randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { isDiskFull, type DiskReserve } from "../data-dir/disk-reserve.ts";
import { logPath, oldLogPath } from "./postgres-log.ts";

const MB = 1024 ** 2;
/** Space that PostgreSQL needs to start: a segment of the write-ahead log and some pages of tables. On a tmpfs, a recovery failed with
 * less than a segment. */
const START_BYTES = 24 * MB;
const BALLAST_BYTES = 64 * MB;
/** Upper limit of the ballast on a small disk, as a share of the whole disk. */
const BALLAST_SHARE = 0.1;
const PROBE_BYTES = MB;

const ballastPath = (dataDir: string): string => join(dataDir, "disk-reserve.bin");

/** True if PostgreSQL has too little space to start. Also writes a probe, because statfs does not show a quota. */
export async function isFull(dataDir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dataDir);
  return bavail * bsize < START_BYTES || !(await canWrite(join(dataDir, `disk-probe.${randomUUID()}`), PROBE_BYTES));
}

/** Creates the ballast file, unless it exists or there is too little free space. */
export async function ensureBallast(dataDir: string, disk: DiskReserve): Promise<void> {
  const path = ballastPath(dataDir);
  const { blocks, bsize } = await statfs(dataDir);
  const bytes = Math.min(BALLAST_BYTES, Math.floor(blocks * bsize * BALLAST_SHARE));
  if (((await stat(path).catch(() => undefined))?.size ?? 0) >= bytes || (await disk.freeBytes()) < 2 * bytes) return;
  await rm(path, { force: true });
  // Write under another name and rename the complete file: a partial ballast file would not reserve enough space for a recovery.
  const partial = join(dataDir, `disk-probe.${randomUUID()}`);
  if (await canWrite(partial, bytes, "keep")) await rename(partial, path);
}

/** Deletes the ballast file and the rotated copy of PostgreSQL's log. @returns true if either file existed */
export async function dropBallast(dataDir: string): Promise<boolean> {
  const paths = [ballastPath(dataDir), oldLogPath(dataDir)];
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  for (const path of paths) await rm(path, { force: true });
  return found.some((file) => file !== undefined);
}

/** Deletes unfinished files of processes that have ended. The caller holds the lock of the data folder. Keeps the UTF-8 copies of imported
 * files (`.utf8`), which an import needs while it is loaded. */
export async function removeUnfinished(dataDir: string): Promise<string[]> {
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

/** The message about a full disk, with the largest files that may be deleted. */
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
    `The disk of the data folder ${dataDir} is full (${megabytes(bavail * bsize)} free), so PostgreSQL cannot start. Free ${megabytes(BALLAST_BYTES)} on it and start again.`,
    ...(largest.length === 0
      ? ["The data folder contains no file that may be deleted. Free space elsewhere on the disk, or enlarge it."]
      : [
          "You may delete these files. An unfinished import that needs one fails, and its file must be uploaded again:",
        ]),
    ...largest.map(({ path, size }) => `  ${megabytes(size)}  ${path}`),
  ].join("\n");
}

const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;

/** Writes `bytes` bytes to a new file. Returns false if the disk is full. The bytes are random, because a file system may compress other
 * data. */
async function canWrite(path: string, bytes: number, then: "keep" | "remove" = "remove"): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      const chunk = randomFillSync(Buffer.allocUnsafe(MB));
      for (let left = bytes; left > 0; left -= chunk.length) await file.writeFile(chunk.subarray(0, left));
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
