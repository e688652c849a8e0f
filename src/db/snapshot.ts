// Several reads that see one state of the database.
import type pg from "pg";

/** Nothing that the page or a program waits for may take longer. */
const TIMEOUT_MS = 20_000;

// Our lookups are of few rows in large tables. The planner, which knows neither lists of keys nor what a search finds, would
// now and then rather read a whole table.
const BEGIN = `begin transaction isolation level repeatable read read only;
  set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off;
  set local statement_timeout = ${TIMEOUT_MS}`;

export async function withSnapshot<T>(pool: pg.Pool, read: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(BEGIN);
    const result = await read(client);
    await client.query("commit");
    broken = false;
    return result;
  } catch (error) {
    await client.query("rollback").then(
      () => (broken = false),
      () => undefined,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
