// Runs several reads on one snapshot of the database.
import type pg from "pg";
import { LOOK_UP } from "./planner-hints.ts";

/** Time limit for a statement of a request, because a person or program waits for the response. */
const TIMEOUT_MS = 20_000;

// Our statements look up few rows in large tables. The planner cannot estimate how many rows a list of keys or a search result contains. It
// would sometimes read a whole table or start parallel workers for a few rows.
const BEGIN = `begin transaction isolation level repeatable read read only;
  ${LOOK_UP};
  set local max_parallel_workers_per_gather = 0; set local statement_timeout = ${TIMEOUT_MS}`;

/** @param first a statement to run first, in the round trip that begins the snapshot; `read` receives its rows */
export async function withSnapshot<T>(
  pool: pg.Pool,
  read: (client: pg.PoolClient, rows: unknown[]) => Promise<T>,
  first?: string,
): Promise<T> {
  const client = await pool.connect();
  try {
    // Several statements in one message return several results, which pg's types do not declare.
    const results = (await client.query(
      first === undefined ? BEGIN : `${BEGIN}; ${first}`,
    )) as unknown as pg.QueryResult[];
    const result = await read(client, first === undefined ? [] : (results.at(-1)?.rows ?? []));
    // Nothing was written, so the caller need not wait for the commit.
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
