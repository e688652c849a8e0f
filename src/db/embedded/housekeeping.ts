// What has to be done now and then while PostgreSQL runs: its log is kept short, and the file that keeps room for a recovery is
// made again after it had to be deleted.
import type { DiskReserve } from "../data-dir/disk-reserve.ts";
import { ensureBallast } from "./full-disk.ts";
import { boundLog } from "./postgres-log.ts";
import type { Log } from "./postmaster.ts";

/** A log of errors with long statements grows by some megabytes in this time. */
const LOOK_MS = 5000;

/** Returns the function that ends it. */
export function startHousekeeping(dataDir: string, disk: DiskReserve | undefined, log: Log): () => void {
  let isBusy = false;
  const look = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    try {
      await boundLog(dataDir);
      if (disk !== undefined) await ensureBallast(dataDir, disk);
    } catch (err) {
      log.warn({ err }, "cannot tidy the data folder");
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  void look();
  return () => {
    clearInterval(timer);
  };
}
