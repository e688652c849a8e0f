// Counts failed attempts to prove an identity, in the database, so that the limits hold across all server processes. An attempt counts as
// failed from its beginning until it succeeds: otherwise, many attempts at the same time would all find the count below the limit.
import type pg from "pg";
import { lockKeys } from "../../db/advisory-locks.ts";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import { createBound } from "./bounded.ts";
import type { Limit } from "./subjects.ts";
import { Problem } from "../../../contract/problems.ts";

const WINDOW_MINUTES = 15;

/** Maximum number of attempts that begin at the same time in this process. Each holds a connection while it waits for another attempt on
 * the same account. Without this limit, many of them would take all connections, and users who are signed in would get none. */
const BEGINNINGS_AT_ONCE = 2;
const MAX_WAITING = 500;

/** Users who are signed in have a bound of their own, so that sign-ins of others do not delay or refuse their confirmations. */
const bounds = {
  sign_in: createBound(BEGINNINGS_AT_ONCE, MAX_WAITING),
  session: createBound(BEGINNINGS_AT_ONCE, MAX_WAITING),
};

export interface Attempt {
  /** Ids of the rows that count this attempt. */
  ids: readonly number[];
  limits: readonly Limit[];
}

/** Begins an attempt.
 * @param onBlocked called in the transaction if the attempt is refused, but only once in 15 minutes for each limit
 * @throws Problem too-many-attempts with the member `retry_after`, not-ready */
export async function beginAttempt(
  pool: pg.Pool,
  limits: readonly Limit[],
  onBlocked: (db: Queryable) => Promise<void> = () => Promise.resolve(),
): Promise<Attempt> {
  const bounded = limits.every(({ of_session }) => of_session === true) ? bounds.session : bounds.sign_in;
  const begun = await bounded(() => tryToBegin(pool, limits, onBlocked));
  if (typeof begun === "object") return begun;
  throw new Problem(
    "too-many-attempts",
    `There were too many failed attempts. Try again in ${Math.ceil(begun / 60)} minutes.`,
    { extra: { retry_after: begun } },
  );
}

/** @returns the seconds to wait if the attempt is refused */
function tryToBegin(
  pool: pg.Pool,
  limits: readonly Limit[],
  onBlocked: (db: Queryable) => Promise<void>,
): Promise<Attempt | number> {
  return withTransaction(pool, async (client) => {
    // All processes lock in the same order, so they cannot deadlock.
    for (const { subject } of [...limits].sort((a, b) => (a.subject < b.subject ? -1 : 1)))
      await client.query("select pg_advisory_xact_lock($1::integer, hashtext($2))", [lockKeys("sign_in")[0], subject]);
    for (const limit of limits) {
      const waitSeconds = await secondsToWait(client, limit);
      if (waitSeconds === 0) continue;
      if (await isFirstBlock(client, limit)) await onBlocked(client);
      return waitSeconds;
    }
    return { limits, ids: await insertFailures(client, limits) };
  });
}

/** Returns 0 if the number of failures is below the limit; otherwise the seconds until the oldest one no longer counts. */
async function secondsToWait(db: Queryable, { subject, max }: Limit): Promise<number> {
  const { rows } = await db.query<{ failures: number; wait: number | null }>(
    `select count(*)::int as failures,
            ceil(extract(epoch from min(at) + make_interval(mins => $2) - clock_timestamp()))::int as wait
     from sign_in_failures where subject = $1 and at > clock_timestamp() - make_interval(mins => $2)`,
    [subject, WINDOW_MINUTES],
  );
  const [{ failures, wait } = { failures: 0, wait: null }] = rows;
  return failures < max ? 0 : Math.max(1, wait ?? 1);
}

async function isFirstBlock(db: Queryable, { subject }: Limit): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into sign_in_failures (subject)
     select 'blocked ' || $1 where not exists (
       select 1 from sign_in_failures where subject = 'blocked ' || $1 and at > now() - make_interval(mins => $2))`,
    [subject, WINDOW_MINUTES],
  );
  return rowCount === 1;
}

async function insertFailures(db: Queryable, limits: readonly Limit[]): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    "insert into sign_in_failures (subject, at) select subject, clock_timestamp() from unnest($1::text[]) subject returning id",
    [limits.map(({ subject }) => subject)],
  );
  return rows.map(({ id }) => id);
}

/** Removes the attempt from the count, because it did not fail. */
export async function withdrawAttempt(db: Queryable, { ids }: Attempt): Promise<void> {
  await db.query("delete from sign_in_failures where id = any($1::bigint[])", [ids]);
}

/** Removes the attempt, and all failures of `cleared`: the owner of the account has signed in. Failures of the address still count.
 * Otherwise, an attacker with an account could reset the count of the address. */
export async function completeAttempt(db: Queryable, attempt: Attempt, cleared: Limit): Promise<void> {
  await withdrawAttempt(db, attempt);
  await db.query("delete from sign_in_failures where subject = $1", [cleared.subject]);
}
