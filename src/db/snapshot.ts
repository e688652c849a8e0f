// Several reads that see one state of the database.
import type pg from "pg";
import { LOOK_UP } from "./planner-hints.ts";

/** Nothing that the page or a program waits for may take longer. */
const TIMEOUT_MS = 20_000;

// Our lookups are of few rows in large tables. The planner, which knows neither lists of keys nor what a search finds, would
// now and then rather read a whole table, or do it with several processes where one has next to nothing to do.
const BEGIN = `begin transaction isolation level repeatable read read only;
  ${LOOK_UP};
  set local max_parallel_workers_per_gather = 0; set local statement_timeout = ${TIMEOUT_MS}`;

/** @param first a statement that the snapshot begins with, in the same round trip; `read` is given its rows. */
export async function withSnapshot<T>(
  pool: pg.Pool,
  read: (client: pg.PoolClient, rows: unknown[]) => Promise<T>,
  first?: string,
): Promise<T> {
  const client = await pool.connect();
  try {
    // Several statements in one message have several results, of which pg's types know nothing.
    const results = (await client.query(
      first === undefined ? BEGIN : `${BEGIN}; ${first}`,
    )) as unknown as pg.QueryResult[];
    const result = await read(client, first === undefined ? [] : (results.at(-1)?.rows ?? []));
    // What only read has nothing to lose by its end, so nobody waits for it.
    void end(client, "commit");
    return result;
  } catch (error) {
    await end(client, "rollback");
    throw error;
  }
}

async function end(client: pg.PoolClient, how: "commit" | "rollback"): Promise<void> {
  const isBroken = await client.query(how).then(
    () => false,
    () => true,
  );
  client.release(isBroken);
}
