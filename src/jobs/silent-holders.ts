// Ends database sessions that hold locks although their process has vanished or hangs, so that other workers can continue. Silence is
// measured by this process's monotonic clock between its own observations: the database's clock can be set forward, and every
// session would then look silent.
import type { Queryable } from "../db/connection/connect.ts";
import { createSilenceWatch } from "./silence.ts";

/** Names of our processes' connections. */
const NAMES = ["skuport serve", "skuport work", "skuport webhooks", "skuport import"];
/** A transaction that has written and then runs no statement for this long counts as silent. A live process needs milliseconds between
 * two statements, or a second on a busy machine. */
const SILENT_WRITER_MS = 7500;
/** A holder of a lock that runs no statement for this long counts as silent: two heartbeats of 4 s (db/connection/heartbeat.ts) and an
 * allowance for a busy machine. */
const SILENT_HOLDER_MS = 10_000;
/** How long to wait for a session to end. The session holds its locks until it has ended. */
const END_MS = 1000;

interface Holder {
  id: number;
  /** When the session last began or ended a statement, in microseconds. */
  version: number;
  has_written: boolean;
}

export interface HolderWatch {
  /**
   * Ends the sessions that have been silent for long enough: transactions that have written and are idle, and holders of advisory locks
   * without a heartbeat. Call it every few seconds. A process that was only frozen finds its connection closed, as after any
   * other loss of a connection.
   * @returns the process ids of the ended sessions
   */
  endSilent(db: Queryable): Promise<number[]>;
}

/** @param now returns the time of a monotonic clock in milliseconds */
export function createHolderWatch(now?: () => number): HolderWatch {
  const watch = createSilenceWatch(now);
  return {
    async endSilent(db) {
      const holders = await listIdleHolders(db);
      watch.observe(holders);
      const silent = holders.filter(({ id, has_written }) =>
        watch.isSilent(id, has_written ? SILENT_WRITER_MS : SILENT_HOLDER_MS),
      );
      return silent.length === 0 ? [] : await endSessions(db, silent);
    },
  };
}

const VERSION = "(extract(epoch from a.state_change) * 1000000)::bigint";

async function listIdleHolders(db: Queryable): Promise<Holder[]> {
  const { rows } = await db.query<Holder>(
    `select a.pid as id, ${VERSION} as version, a.backend_xid is not null as has_written from pg_stat_activity a
     where a.datname = current_database() and a.usename = current_user and a.application_name = any($1::text[])
       and a.pid <> pg_backend_pid() and a.state like 'idle%'
       and (a.backend_xid is not null
            or exists (select 1 from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.granted))`,
    [NAMES],
  );
  return rows;
}

/** Ends the silent sessions, except those that have run a statement since they were observed. */
async function endSessions(db: Queryable, silent: readonly Holder[]): Promise<number[]> {
  const { rows } = await db.query<{ pid: number }>(
    // Materialized: otherwise PostgreSQL might end a session before it compares the session's version.
    `with unchanged as materialized (
       select a.pid from pg_stat_activity a join unnest($1::int[], $2::bigint[]) as s (pid, version) on s.pid = a.pid
       where a.state like 'idle%' and ${VERSION} = s.version
     )
     select pid from unchanged where pg_terminate_backend(pid, $3::bigint)`,
    [silent.map(({ id }) => id), silent.map(({ version }) => version), END_MS],
  );
  return rows.map(({ pid }) => pid);
}
