// One scan of an import at a time: a session lock, which ends with its connection. The lock only saves work that two scans would
// do twice; what keeps them from harming each other is the scan's token.
import type pg from "pg";
import { lockKeys } from "../../db/advisory-locks.ts";
import { startHeartbeat } from "../../db/connection/heartbeat.ts";

export interface ScanLock {
  /** The connection that holds the lock. */
  client: pg.ClientBase;
  /** Aborts when that connection breaks. */
  lost: AbortSignal;
}

/** Runs `work` under the import's lock, or not at all when another process holds it. */
export async function withScanLock(
  pool: pg.Pool,
  importId: number,
  work: (lock: ScanLock) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  const lost = new AbortController();
  const onLost = (): void => {
    lost.abort();
  };
  client.on("error", onLost).on("end", onLost);
  let isFree = false;
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      "select pg_try_advisory_lock($1, $2) as locked",
      lockKeys("scan", importId),
    );
    if (rows[0]?.locked === true) {
      const stopHeartbeat = startHeartbeat(client);
      await work({ client, lost: lost.signal }).finally(stopHeartbeat);
      // Also that of a suspect's turn
      if (!lost.signal.aborted) await client.query("select pg_advisory_unlock_all()");
    }
    isFree = !lost.signal.aborted;
  } finally {
    client.off("error", onLost).off("end", onLost);
    // A connection that may still hold the lock must not go back to the pool.
    client.release(!isFree);
  }
}
