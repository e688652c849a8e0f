// Transactions of requests that clients repeat after a failure. When the answer to a commit is lost, this module asks PostgreSQL for
// the outcome: reporting a failure for a successful commit would make the client run the same work twice.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { isTransient, retryTransient } from "./connect.ts";

/** How long to wait for a commit that is still in progress after its connection was lost. */
const IN_PROGRESS_MS = 5000;
const PAUSE_MS = 100;

/**
 * Runs `work` in one transaction, as `withTransaction` does. Returns the result of `work` even if the answer to a successful commit was
 * lost.
 * @throws the error of `work` or of the commit: nothing was written, or the outcome cannot be determined
 */
export async function withCertainCommit<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const transactionId = await begin(client);
    const result = await work(client);
    await client.query("commit").catch(async (error: unknown) => {
      if (!(await hasCommitted(pool, transactionId, error))) throw error;
      broken = error as Error;
    });
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: unknown) => (broken = cause as Error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Begins a transaction and reads its id in one round trip.
 * @returns PostgreSQL's id of the transaction */
async function begin(client: pg.PoolClient): Promise<string> {
  const results = (await client.query("begin; select pg_current_xact_id()::text as id")) as unknown as pg.QueryResult<{
    id: string;
  }>[];
  return results[1]?.rows[0]?.id ?? "";
}

/** @returns false if the transaction was rolled back, or PostgreSQL does not know its outcome */
async function hasCommitted(pool: pg.Pool, transactionId: string, error: unknown): Promise<boolean> {
  if (!isTransient(error)) return false;
  const giveUpAt = performance.now() + IN_PROGRESS_MS;
  for (;;) {
    const status = await readStatus(pool, transactionId);
    if (status !== "in progress" || performance.now() > giveUpAt) return status === "committed";
    await sleep(PAUSE_MS);
  }
}

/** Returns the status of the transaction.
 * @returns undefined if the status cannot be read, for example because a failover lost the transaction */
async function readStatus(pool: pg.Pool, transactionId: string): Promise<string | null | undefined> {
  try {
    const { rows } = await retryTransient(
      () => pool.query<{ status: string | null }>("select pg_xact_status($1::xid8) as status", [transactionId]),
      { timeout_ms: IN_PROGRESS_MS },
    );
    return rows[0]?.status;
  } catch {
    return undefined;
  }
}
