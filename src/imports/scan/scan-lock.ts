// Allows one scan of an import at a time, with a session lock that ends with its connection. The lock only avoids double work; the
// scan's token is what prevents damage by a second scan.
import type pg from "pg";
import { lockKeys } from "../../db/advisory-locks.ts";
import { startHeartbeat } from "../../db/connection/heartbeat.ts";

export interface ScanLock {
  /** The connection that holds the lock. */
  client: pg.ClientBase;
  /** Aborts when the connection that holds the lock breaks. */
  lost: AbortSignal;
}

/** Runs `work` while holding the import's scan lock. Does nothing and returns false if another process holds the lock. */
export async function withScanLock(
  pool: pg.Pool,
  importId: number,
  work: (lock: ScanLock) => Promise<void>,
): Promise<boolean> {
  const client = await pool.connect();
  const lost = new AbortController();
  const onLost = (): void => {
    lost.abort();
  };
  client.on("error", onLost).on("end", onLost);
  let isReusable = false;
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      "select pg_try_advisory_lock($1, $2) as locked",
      lockKeys("scan", importId),
    );
    const isLocked = rows[0]?.locked === true;
    if (isLocked) {
      const stopHeartbeat = startHeartbeat(client);
      await work({ client, lost: lost.signal }).finally(stopHeartbeat);
      // Release the scan lock and, if a worker died during an earlier scan of this import, the lock that `beginPart` took on this
      // connection.
      if (!lost.signal.aborted) await client.query("select pg_advisory_unlock_all()");
    }
    isReusable = !lost.signal.aborted;
    return isLocked;
  } finally {
    client.off("error", onLost).off("end", onLost);
    // A connection that may still hold the lock must not go back to the pool.
    client.release(!isReusable);
  }
}
