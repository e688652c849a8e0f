// The heartbeat of connections that hold locks or wait for notifications. When a machine vanishes without closing its connections,
// PostgreSQL notices by TCP keepalives, unless a proxy in between answers them. The machine's locks would then never be
// released, so jobs/silent-holders.ts ends sessions without a heartbeat.
import type pg from "pg";

const EVERY_MS = 4000;
/** An answer takes well under a second, so two beats without an answer mean that PostgreSQL is unreachable. */
const UNANSWERED_BEATS = 2;

/** Runs a statement every 4 s while the connection is idle. If PostgreSQL has not answered for 8 s, closes the connection, which then
 * emits "end". @returns a function that stops the heartbeat; the end of the connection stops it too */
export function startHeartbeat(client: pg.Client | pg.PoolClient): () => void {
  let unanswered = 0;
  // Count beats and do not measure time: a process that was frozen runs one beat before it receives the answers that have arrived.
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
    // A pooled connection is reused, each time with its own heartbeat.
    client.off("end", stop);
  };
  client.once("end", stop);
  return stop;
}
