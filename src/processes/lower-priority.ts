// Work in the background gives way to people: while a file loads or the search index catches up, a list is what waits for
// somebody. On a machine with time to spare it changes nothing.
import { getPriority, setPriority } from "node:os";
import type pg from "pg";
import type { DatabaseAddress } from "../db/connection/connect.ts";

/** Steps below the others, which then get three times as much of a processor that both want. */
const BACKGROUND = 5;

/** Of a process, or of a PostgreSQL backend on this machine. Where that is not allowed it stays as it is. */
export function lowerPriority(pid: number): void {
  try {
    setPriority(pid, getPriority(pid) + BACKGROUND);
  } catch {
    // It is another user's, has ended, or the system knows no priorities: it works all the same.
  }
}

/** The same for the backends of a pool, as they come. Those of a server of one's own may be on another machine. */
export function lowerBackends(pool: pg.Pool, address: DatabaseAddress): void {
  if ("url" in address) return;
  pool.on("connect", (client) => {
    const { processID: pid } = client as pg.PoolClient & { processID: number | null };
    if (pid !== null) lowerPriority(pid);
  });
}
