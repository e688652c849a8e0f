// PostgreSQL's settings for the embedded server, tuned for loading. Durability is unchanged: fsync, full_page_writes and
// synchronous_commit stay on.
import { statfsSync } from "node:fs";
import { totalmem } from "node:os";

const MB = 1024 ** 2;
const GB = 1024 ** 3;

export interface Resources {
  /** Bytes of memory this process may use: the machine's, or the container's limit. */
  memory: number;
  /** Bytes free on the data folder's disk. */
  free_disk: number;
  /** Bytes free in /dev/shm; Infinity if the system has no /dev/shm. */
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

/** Every setting that differs from PostgreSQL's default, for `postgres -c name=value`. */
export function tuneSettings({ memory, free_disk, shared_memory }: Resources): Record<string, string> {
  return {
    // The buffers should hold the indexes that a load writes to. With buffers of 512 MB, adding a row to 5,000,000 rows takes 1.29 times as
    // long as adding it to 500,000. The buffers get only a quarter of the memory, within these limits, because other programs run on the
    // machine.
    shared_buffers: megabytes(clamp(memory / 4, 128 * MB, GB)),
    effective_cache_size: megabytes(memory / 2),
    work_mem: megabytes(clamp(memory / 128, 8 * MB, 64 * MB)),
    maintenance_work_mem: megabytes(clamp(memory / 16, 64 * MB, GB)),
    // PostgreSQL starts a checkpoint when the write-ahead log reaches this size. After a checkpoint, the first write to each page logs the
    // full page, so a load of some minutes should not need a checkpoint. The limit depends on the free space, so that the log does not fill
    // a small disk.
    max_wal_size: megabytes(clamp(free_disk / 8, 64 * MB, 8 * GB)),
    // PostgreSQL recycles log segments up to this total size. Initializing new 16 MB segments costs as much as writing them.
    min_wal_size: megabytes(clamp(free_disk / 32, 32 * MB, 2 * GB)),
    checkpoint_timeout: "15min",
    wal_buffers: "64MB",
    // wal_compression stays off, because the bundled PostgreSQL supports only pglz. With pglz, an update of 500,000 rows right after a
    // checkpoint took 6.9-7.1 s instead of 5.1-6.3 s. It wrote 343 MB of WAL instead of 416 MB.
    ...(shared_memory < GB ? { dynamic_shared_memory_type: "mmap" } : {}),
    max_connections: "100",
    // A value for SSDs. The default of 4 makes the planner avoid index scans.
    random_page_cost: "1.1",
    // A short timeout detects deadlocks between imports quickly. A loader that lost its transaction to a deadlock repeats the chunk
    // immediately.
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
