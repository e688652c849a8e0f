// PostgreSQL's settings for the embedded server: tuned for loading, durability untouched (fsync, full_page_writes and
// synchronous_commit stay on).
import { statfsSync } from "node:fs";
import { totalmem } from "node:os";

const MB = 1024 ** 2;
const GB = 1024 ** 3;

export interface Resources {
  /** Bytes of memory this process may use: the machine's, or the container's limit. */
  memory: number;
  /** Bytes free on the data folder's disk. */
  free_disk: number;
  /** Bytes free in /dev/shm; Infinity where the system has none. */
  shared_memory: number;
}

export function readResources(dataDir: string): Resources {
  const constrained = process.constrainedMemory();
  return {
    memory: constrained > 0 ? Math.min(constrained, totalmem()) : totalmem(),
    free_disk: freeBytes(dataDir) ?? 10 * GB,
    shared_memory: freeBytes("/dev/shm") ?? Infinity,
  };
}

/** Name and value of every setting that differs from PostgreSQL's default, for `postgres -c name=value`. */
export function tuneSettings({ memory, free_disk, shared_memory }: Resources): Record<string, string> {
  return {
    // The indexes a load writes to should stay in here: at 5,000,000 rows and 512 MB a row costs 1.29 times one at 500,000.
    // A guest on a desktop takes no more than a quarter.
    shared_buffers: megabytes(clamp(memory / 4, 128 * MB, GB)),
    effective_cache_size: megabytes(memory / 2),
    work_mem: megabytes(clamp(memory / 128, 8 * MB, 64 * MB)),
    maintenance_work_mem: megabytes(clamp(memory / 16, 64 * MB, GB)),
    // A checkpoint makes the next write to every page a full-page image; during a load of minutes there should be none.
    // On a disk with little room the log must not fill it.
    max_wal_size: megabytes(clamp(free_disk / 8, 64 * MB, 8 * GB)),
    // Kept and used again: filling fresh 16 MB segments costs as much as writing them.
    min_wal_size: megabytes(clamp(free_disk / 32, 32 * MB, 2 * GB)),
    checkpoint_timeout: "15min",
    wal_buffers: "64MB",
    // wal_compression stays off: the binary has pglz only, and with it an update of 500,000 rows right after a checkpoint took
    // 6.9-7.1 s instead of 5.1-6.3 s, for 343 MB of WAL instead of 416 MB.
    // Containers give /dev/shm 64 MB by default, too little for a parallel index build.
    ...(shared_memory < GB ? { dynamic_shared_memory_type: "mmap" } : {}),
    max_connections: "100",
    // Solid state disks are the rule by now; 4 would make the planner avoid index scans.
    random_page_cost: "1.1",
    // Two imports that meet in the wrong order should find out soon: the chunk is done again at once.
    deadlock_timeout: "200ms",
    timezone: "UTC",
    log_timezone: "UTC",
  };
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function clamp(bytes: number, min: number, max: number): number {
  return Math.max(min, Math.min(bytes, max));
}

function megabytes(bytes: number): string {
  return `${String(Math.floor(bytes / MB))}MB`;
}
