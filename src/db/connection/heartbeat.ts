// The heartbeat of connections that hold locks or wait for notifications. When a worker's machine vanishes without closing its connections,
// PostgreSQL detects this by TCP keepalives. If a proxy in between answers the keepalives, PostgreSQL would never release the worker's
// locks. Therefore, jobs/silent-holders.ts ends sessions without a heartbeat.
import type pg from "pg";

const EVERY_MS = 4000;
/** An answer takes well under a second, so two beats without an answer mean that PostgreSQL is unreachable. */
const UNANSWERED_BEATS = 2;

/** Runs a statement every 4 s while the connection is idle. If PostgreSQL has not answered for 8 s, closes the connection, which then
 * emits "end". @returns a function that stops the heartbeat; the end of the connection stops it too */
export function startHeartbeat(client: pg.Client | pg.PoolClient): () => void {
  let unanswered = 0;
  // Count beats instead of measuring time. After a freeze, this process runs the timer once before it reads an answer that has already
  // arrived. A measured time would be too long at that moment, although PostgreSQL is reachable.
  const timer = setInterval(() => {
    // While a query is unanswered, end() closes the socket without waiting for the server.
    if (unanswered >= UNANSWERED_BEATS) void (client as { end(): Promise<void> }).end().catch(() => undefined);
    else if (unanswered > 0) unanswered++;
    else if ((client as unknown as { readyForQuery: boolean }).readyForQuery) {
      unanswered = 1;
      client.query("select 1").then(
        () => (unanswered = 0),
        () => undefined,
      );
    }
  }, EVERY_MS).unref();
  const stop = (): void => {
    clearInterval(timer);
    // Remove this listener: the pool reuses the connection, and each heartbeat adds a listener.
    client.off("end", stop);
  };
  client.once("end", stop);
  return stop;
}
