// Counts the worker processes that died while they processed one part of an import or operation (a chunk, a scan, a strict load).
// Because of this count, an input that kills its worker fails after a few attempts and is not retried for ever. A process stores a
// record of each part that it begins, and deletes the record of an unfinished part when it stops normally. Only one process at a time
// holds a part's lock. Therefore, if a process begins a part and finds a record of another process, the other process died.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { lockKeys } from "../db/advisory-locks.ts";
import { retryTransient, type Queryable } from "../db/connection/connect.ts";

/** Number of worker deaths after which a part is not tried again. A single death could have an unrelated cause, such as the machine running
 * out of memory. */
export const MAX_DEATHS = 2;

const LOCK_POLL_MS = 100;
/** Interval between calls of `onWait`, each of which gives a sign of life. Other workers take over work that shows no sign of life for
 * 10 s. */
const ON_WAIT_MS = 2000;
const RELEASE_MS = 5000;

/** Identifies this process in `work_attempts`. */
const WORKER = randomUUID();

export interface Work {
  kind: "import" | "operation";
  id: number;
}

/** The connection that takes the lock for suspect parts. A part (a chunk, a scan or a strict load) is suspect if a worker died while
 * processing it. */
export interface LockHolder {
  client: pg.ClientBase;
  /** Whether the lock ends with an unlock or with the transaction. */
  until: "unlock" | "commit";
  /** Called every 2 s while the connection waits for the lock. It gives a sign of life, and throws to stop waiting, for example after a
   * cancel. */
  onWait?: () => Promise<void>;
}

/** Records that this process begins a part: a chunk, a scan or a strict load. The caller holds the part's lock. The part is suspect if a
 * worker died while processing it. Only one suspect part is processed at a time, so that a further death has only one possible cause.
 * Therefore, the function waits while another suspect part is being processed.
 * @returns the number of other processes that died while processing this part; from MAX_DEATHS on, the caller must not begin the part */
export async function beginPart(
  pool: pg.Pool,
  holder: LockHolder,
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

async function recordBegin(db: Queryable, work: Work, part: number): Promise<number> {
  unreleased.delete(keyOf(work, part));
  await releasing;
  // Do not wait for the disk: a record lost in a crash of PostgreSQL only makes the count smaller.
  const { rows } = await db.query<{ deaths: number }>(
    `with async_commit as (
       select set_config('synchronous_commit', 'off', true) as is_off
     ), recorded as (
       insert into work_attempts (kind, work_id, part, worker) select $1, $2, $3, $4 from async_commit on conflict do nothing
     )
     select count(*)::int as deaths from work_attempts where kind = $1 and work_id = $2 and part = $3 and worker <> $4`,
    [work.kind, work.id, part, WORKER],
  );
  return rows[0]?.deaths ?? 0;
}

/** Records of this process that could not be deleted because the database was unavailable. */
const unreleased = new Map<string, { work: Work; part: number }>();
const keyOf = ({ kind, id }: Work, part: number): string => `${kind} ${id} ${part}`;
/** The deletion that `releaseLater` started last. `recordBegin` waits for its end: otherwise, if this process begins the same part again,
 * the deletion could remove the new record. */
let releasing: Promise<unknown> = Promise.resolve();

/** Deletes the attempt records of `parts` (chunks, a scan or a strict load) that this process has stored, and removes the parts from the
 * set. From a remaining record, another process would conclude that this process died. If the database is unavailable for longer than 5 s,
 * the records and the set stay unchanged, and `releaseLater` deletes the records later. */
export async function releaseParts(pool: pg.Pool, work: Work, parts: Set<number>): Promise<void> {
  if (parts.size === 0) return;
  const numbers = [...parts];
  try {
    await retryTransient(() => deleteRecords(pool, work, numbers), { timeout_ms: RELEASE_MS });
  } catch {
    for (const part of numbers) unreleased.set(keyOf(work, part), { work, part });
    return;
  }
  for (const part of numbers) {
    parts.delete(part);
    unreleased.delete(keyOf(work, part));
  }
}

/** Deletes the attempt records that `releaseParts` could not delete. Call it periodically: as long as such a record remains, other
 * processes assume that this process died while it processed the part. */
export async function releaseLater(pool: pg.Pool): Promise<void> {
  for (const [key, { work, part }] of [...unreleased]) {
    // Keep the attempt record if this process has begun the same chunk, scan or strict load again while the loop waited for the database.
    // Without the record, a death of this process would not be counted.
    if (!unreleased.has(key)) continue;
    const deleted = deleteRecords(pool, work, [part]).then(() => unreleased.delete(key));
    releasing = deleted.catch(() => undefined);
    await deleted;
  }
}

async function deleteRecords(db: Queryable, { kind, id }: Work, parts: readonly number[]): Promise<void> {
  await db.query(
    "delete from work_attempts where kind = $1 and work_id = $2 and part = any($3::int[]) and worker = $4",
    [kind, id, parts, WORKER],
  );
}

/** Deletes all attempt records of an import or operation that has ended. */
export async function forgetAttempts(db: Queryable, { kind, id }: Work): Promise<void> {
  await db.query("delete from work_attempts where kind = $1 and work_id = $2", [kind, id]);
}

/** Deletes the attempt records of work that has ended. A process that begins a part just when the work ends can leave such a record.
 * @param activeIds a query for the ids of all work of this kind that has not ended */
export async function sweepAttempts(db: Queryable, kind: Work["kind"], activeIds: string): Promise<void> {
  await db.query(`delete from work_attempts where kind = $1 and work_id not in (${activeIds})`, [kind]);
}

async function lockSuspectParts({ client, until, onWait }: LockHolder, signal: AbortSignal): Promise<void> {
  const lock = until === "unlock" ? "pg_try_advisory_lock" : "pg_try_advisory_xact_lock";
  let calledAt = -Infinity;
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ locked: boolean }>(
      `select ${lock}($1, $2) as locked`,
      lockKeys("suspect_part"),
    );
    if (rows[0]?.locked === true) return;
    if (performance.now() - calledAt >= ON_WAIT_MS) {
      calledAt = performance.now();
      await onWait?.();
    }
    await sleep(LOCK_POLL_MS, undefined, { signal });
  }
}
