// Signs of life of connections that hold locks or wait for notifications, and the end of those that give none. When a machine
// has vanished without closing its connections, PostgreSQL itself notices by keepalives, unless a proxy between the two answers
// them; then its locks would stay for good.
import type pg from "pg";

const EVERY_MS = 4000;
/** An answer takes well under a second; two beats without one end the connection. */
const UNANSWERED_BEATS = 2;

/** Runs a statement every 4 s while the connection has nothing else to do, and ends it, with the event "end", when PostgreSQL
 * has answered none for 8 s. @returns a function that stops it; the connection's end does too */
export function startHeartbeat(client: pg.Client | pg.PoolClient): () => void {
  let unanswered = 0;
  // Counted in beats, not by the clock: a process that was frozen hears the answers after its first beat.
  const timer = setInterval(() => {
    // Ending with a query under way closes the socket without waiting for the server.
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
    // A pooled connection is used again, each time with a heartbeat of its own.
    client.off("end", stop);
  };
  client.once("end", stop);
  return stop;
}

/** Our processes' connections. */
const NAMES = ["skuport serve", "skuport work", "skuport webhooks", "skuport import"];
/** Between two statements of a transaction that has written, a process that lives has milliseconds, on a busy machine a second. */
const IDLE_WRITER_MS = 8000;
/** Two heartbeats and an allowance for a busy machine. */
const SILENT_HOLDER_MS = 11_000;
/** Waiting for a session to end: its locks are free only then. */
const END_MS = 1000;

/** Ends sessions of processes that no longer give signs of life although they hold locks: transactions that have written and
 * then been idle, and holders of advisory locks without a heartbeat. A process that was only frozen finds its connection
 * closed, as after any other loss. @returns their process ids */
export async function endSilentHolders(db: Pick<pg.ClientBase, "query">): Promise<number[]> {
  const { rows } = await db.query<{ pid: number }>(
    // Materialized: otherwise the planner may end sessions before it compares them.
    `with silent as materialized (
       select a.pid from pg_stat_activity a
       where a.datname = current_database() and a.usename = current_user and a.application_name = any($1::text[])
         and a.pid <> pg_backend_pid() and a.state like 'idle%'
         and (a.backend_xid is not null and a.state_change < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
              or a.state_change < clock_timestamp() - make_interval(secs => $3::float8 / 1000)
                 and exists (select 1 from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.granted)))
     select pid from silent where pg_terminate_backend(pid, $4::bigint)`,
    [NAMES, IDLE_WRITER_MS, SILENT_HOLDER_MS, END_MS],
  );
  return rows.map(({ pid }) => pid);
}
