// Lowers the CPU priority of background work, so that lists stay fast while a file loads or the search index is updated. On a machine
// with idle cores it has no effect.
import { getPriority, setPriority } from "node:os";
import type pg from "pg";
import type { DatabaseAddress } from "../db/connection/connect.ts";

/** Added to the nice value. Other processes then get three times as much CPU time under contention. */
const NICE_STEP = 5;

/** Lowers the priority of a process or of a PostgreSQL backend on this machine, if the system permits it. */
export function lowerPriority(pid: number): void {
  try {
    setPriority(pid, getPriority(pid) + NICE_STEP);
  } catch {
    // The process belongs to another user, has ended, or the system has no priorities. Work continues at the same priority.
  }
}

/** Lowers the priority of a pool's backends as they connect. Does nothing with DATABASE_URL, because its backends may be on another
 * machine. */
export function lowerBackends(pool: pg.Pool, address: DatabaseAddress): void {
  if ("url" in address) return;
  pool.on("connect", (client) => {
    const { processID: pid } = client as pg.PoolClient & { processID: number | null };
    if (pid !== null) lowerPriority(pid);
  });
}
