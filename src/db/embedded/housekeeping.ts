// Periodic tasks while PostgreSQL runs: rotates its log, and creates the ballast file again after it was deleted.
import type { DiskReserve } from "../data-dir/disk-reserve.ts";
import { ensureBallast } from "./full-disk.ts";
import { boundLog } from "./postgres-log.ts";
import type { Log } from "./postmaster.ts";

/** Interval of the tasks. If many long statements fail, PostgreSQL's log grows by some megabytes in this time. */
const INTERVAL_MS = 5000;

/** Starts the periodic tasks: rotates PostgreSQL's log and keeps the ballast file.
 * @returns a function that stops these tasks */
export function startHousekeeping(dataDir: string, disk: DiskReserve | undefined, log: Log): () => void {
  let isBusy = false;
  const run = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    try {
      await boundLog(dataDir);
      if (disk !== undefined) await ensureBallast(dataDir, disk);
    } catch (err) {
      log.warn({ err }, "cannot rotate the PostgreSQL log or reserve disk space");
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void run(), INTERVAL_MS).unref();
  void run();
  return () => {
    clearInterval(timer);
  };
}
