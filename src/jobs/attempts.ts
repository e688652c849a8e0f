// Counts the worker processes that died while they processed one part of an import or operation (a chunk, a scan, a strict load). An
// input that kills its worker then fails instead of being retried for ever. A process records each part it begins and deletes the
// record when it stops normally. Only one process at a time holds a part's lock, so records of other processes mean deaths.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { lockKeys } from "../db/advisory-locks.ts";
import { retryTransient, type Queryable } from "../db/connection/connect.ts";

/** One death could have an unrelated cause, such as the machine running out of memory. */
export const MAX_DEATHS = 2;

const LOCK_POLL_MS = 100;
const RELEASE_MS = 5000;

/** Identifies this process in `work_attempts`. */
const WORKER = randomUUID();

export interface Work {
  kind: "import" | "operation";
  id: number;
}

/** Records that this process begins the part, whose lock the caller holds. A part over which a worker has died waits until no other
 * such part is being processed. If another worker dies, this part is the cause and not one that ran beside it.
 * @param holder the connection that takes the lock of suspect parts, and whether the lock ends with an unlock or the transaction
 * @returns how many other processes died over the part; at MAX_DEATHS or more, do not begin it */
export async function beginPart(
  pool: pg.Pool,
  holder: { client: pg.ClientBase; until: "unlock" | "commit" },
  work: Work,
  part: number,
  signal: AbortSignal,
): Promise<number> {
  const deaths = await recordBegin(pool, work, part);
  if (deaths === 0 || deaths >= MAX_DEATHS) return deaths;
  await releaseParts(pool, work, new Set([part]));
  await lockSuspectParts(holder, signal);
  return recordBegin(pool, work, part);
}

async function recordBegin(db: Queryable, { kind, id }: Work, part: number): Promise<number> {
  // Without waiting for the disk: a record lost in a crash of PostgreSQL only makes the count smaller.
  const { rows } = await db.query<{ deaths: number }>(
    `with async_commit as (
       select set_config('synchronous_commit', 'off', true) as is_off
     ), recorded as (
       insert into work_attempts (kind, work_id, part, worker) select $1, $2, $3, $4 from async_commit on conflict do nothing
     )
     select count(*)::int as deaths from work_attempts where kind = $1 and work_id = $2 and part = $3 and worker <> $4`,
    [kind, id, part, WORKER],
  );
  return rows[0]?.deaths ?? 0;
}

/** Deletes this process's records of the parts, and removes the parts from the set, after a normal stop. If the database is unavailable,
 * both stay and other processes count the records as deaths. */
export async function releaseParts(pool: pg.Pool, { kind, id }: Work, parts: Set<number>): Promise<void> {
  if (parts.size === 0) return;
  const numbers = [...parts];
  await retryTransient(
    () =>
      pool.query(
        "delete from work_attempts where kind = $1 and work_id = $2 and part = any($3::int[]) and worker = $4",
        [kind, id, numbers, WORKER],
      ),
    { timeout_ms: RELEASE_MS },
  ).then(
    () => {
      for (const part of numbers) parts.delete(part);
    },
    () => undefined,
  );
}

/** Deletes all records of an import or operation that has ended. */
export async function forgetAttempts(db: Queryable, { kind, id }: Work): Promise<void> {
  await db.query("delete from work_attempts where kind = $1 and work_id = $2", [kind, id]);
}

async function lockSuspectParts(
  { client, until }: { client: pg.ClientBase; until: "unlock" | "commit" },
  signal: AbortSignal,
): Promise<void> {
  const lock = until === "unlock" ? "pg_try_advisory_lock" : "pg_try_advisory_xact_lock";
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ locked: boolean }>(
      `select ${lock}($1, $2) as locked`,
      lockKeys("suspect_part"),
    );
    if (rows[0]?.locked === true) return;
    await sleep(LOCK_POLL_MS, undefined, { signal });
  }
}
