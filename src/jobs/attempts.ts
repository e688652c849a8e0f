// Counts the worker processes that died over one part of an import or operation, so that an input that kills its worker is given up
// instead of being tried for ever. A process notes what it begins and takes the note back when it stops in an orderly way; whoever
// holds the part's lock then knows that the notes of other processes are those of dead ones.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { lockKeys } from "../db/advisory-locks.ts";
import { retryTransient, type Queryable } from "../db/connection/connect.ts";

/** One could be an accident of the machine. */
export const MAX_DEATHS = 2;

const TURN_POLL_MS = 100;
const LET_GO_MS = 5000;

/** This process. */
const WORKER = randomUUID();

export interface Work {
  kind: "import" | "operation";
  id: number;
}

/** Notes that this process begins the part, whose lock the caller holds. A part over which a worker has died first waits until no other
 * such part is worked on: the one that kills the next worker is then the culprit, and those that only ran beside it are spared.
 * @param turn the connection that keeps the turn, until it unlocks all advisory locks or its transaction ends
 * @returns how many other processes died over the part; from MAX_DEATHS on it must not be begun */
export async function beginPart(
  pool: pg.Pool,
  turn: { client: pg.ClientBase; until: "unlock" | "commit" },
  work: Work,
  part: number,
  signal: AbortSignal,
): Promise<number> {
  const deaths = await noteBegin(pool, work, part);
  if (deaths === 0 || deaths >= MAX_DEATHS) return deaths;
  await letGo(pool, work, new Set([part]));
  await waitForTurn(turn, signal);
  return noteBegin(pool, work, part);
}

async function noteBegin(db: Queryable, { kind, id }: Work, part: number): Promise<number> {
  // A note that the database loses in a crash of its own only makes the count smaller: no need to wait for the disk.
  const { rows } = await db.query<{ deaths: number }>(
    `with quick as (
       select set_config('synchronous_commit', 'off', true) as is_off
     ), noted as (
       insert into work_attempts (kind, work_id, part, worker) select $1, $2, $3, $4 from quick on conflict do nothing
     )
     select count(*)::int as deaths from work_attempts where kind = $1 and work_id = $2 and part = $3 and worker <> $4`,
    [kind, id, part, WORKER],
  );
  return rows[0]?.deaths ?? 0;
}

/** Removes this process's notes of the parts, and the parts from the set: it stopped, and did not die. While the database is away
 * both stay, and other processes count the notes as deaths. */
export async function letGo(pool: pg.Pool, { kind, id }: Work, parts: Set<number>): Promise<void> {
  if (parts.size === 0) return;
  const numbers = [...parts];
  await retryTransient(
    () =>
      pool.query(
        "delete from work_attempts where kind = $1 and work_id = $2 and part = any($3::int[]) and worker = $4",
        [...[kind, id, numbers, WORKER]],
      ),
    { timeout_ms: LET_GO_MS },
  ).then(
    () => {
      for (const part of numbers) parts.delete(part);
    },
    () => undefined,
  );
}

/** Removes all notes of work that is over. */
export async function forgetAttempts(db: Queryable, { kind, id }: Work): Promise<void> {
  await db.query("delete from work_attempts where kind = $1 and work_id = $2", [kind, id]);
}

async function waitForTurn(
  { client, until }: { client: pg.ClientBase; until: "unlock" | "commit" },
  signal: AbortSignal,
): Promise<void> {
  const lock = until === "unlock" ? "pg_try_advisory_lock" : "pg_try_advisory_xact_lock";
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ is_mine: boolean }>(
      `select ${lock}($1, $2) as is_mine`,
      lockKeys("suspect_part"),
    );
    if (rows[0]?.is_mine === true) return;
    await sleep(TURN_POLL_MS, undefined, { signal });
  }
}
