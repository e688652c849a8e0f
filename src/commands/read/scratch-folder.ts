// A temporary folder for the unpacked copy of a file. If there is a data folder, the temporary folder is on the same disk, because the
// system's temporary folder is often held in memory. Like an import, the command leaves a part of that disk free
// (SKUPORT_DISK_RESERVE_BYTES).
import { rmSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../../../contract/problems.ts";
import type { Config } from "../../config.ts";
import { createDiskReserve, createSpaceCheck } from "../../db/data-dir/disk-reserve.ts";
import type { ScratchFolder } from "../../imports/read/read-file.ts";
import { oneLine } from "../../terminal.ts";

const PREFIX = "skuport-read-";
/** A folder this old belongs to a process that was killed: no command takes a day to read a file. */
const MAX_AGE_MS = 86_400_000;

/** Creates a temporary folder. `remove` deletes the folder. If `remove` is not called, the folder is deleted when the process exits. */
export async function createScratchFolder({
  data_dir,
  disk_reserve_bytes,
}: Pick<Config, "data_dir" | "disk_reserve_bytes">): Promise<ScratchFolder> {
  const path = await createIn(data_dir).catch(() => createIn(tmpdir()));
  const removeNow = (): void => {
    rmSync(path, { recursive: true, force: true });
  };
  process.once("exit", removeNow);
  return {
    path,
    checkSpace: createSpaceCheck(createDiskReserve(path, disk_reserve_bytes), () =>
      Promise.reject(scratchDiskFull(path)),
    ),
    async remove() {
      await rm(path, { recursive: true, force: true });
      process.off("exit", removeNow);
    },
  };
}

export const scratchDiskFull = (path: string, cause?: unknown): Problem =>
  new Problem(
    "disk-full",
    `The disk is full: the file has to be unpacked to ${oneLine(path)} before it can be read. Free some space there, or set SKUPORT_DATA_DIR to a folder on another disk.`,
    { cause },
  );

async function createIn(parent: string): Promise<string> {
  const path = await mkdtemp(join(parent, PREFIX));
  await removeAbandoned(parent);
  return path;
}

/** Removes the temporary folders that killed processes have left. Folders of other users cannot be removed and stay. */
async function removeAbandoned(parent: string): Promise<void> {
  const before = Date.now() - MAX_AGE_MS;
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(PREFIX));
  await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name);
      const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity;
      if (modified < before) await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }),
  );
}
