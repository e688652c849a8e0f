// Brings the database into the state in which every measurement starts.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** The database must be idle in this many checks in a row, because a job pauses between its steps. */
const IDLE_CHECKS = 5;
const CHECK_MS = 100;

/** Maximum time for which the indexer prepares a batch without sending a query. The database looks idle during this time. */
const BATCH_MS = 1500;

/** Deletes all products and their search index. */
export async function emptyCatalogue(db: pg.ClientBase): Promise<void> {
  await dropIndex(db);
  await db.query("truncate products, product_history");
}

/** Removes all effects of the previous measurement: empties the search index, waits until the database is idle, and writes all
 * dirty buffers. */
export async function settle(db: pg.ClientBase): Promise<void> {
  await dropIndex(db);
  await calm(db);
}

/** Waits until the database is idle, and writes all dirty buffers to disk. */
export async function calm(db: pg.ClientBase): Promise<void> {
  await waitUntilIdle(db);
  await db.query("checkpoint");
}

/** Empties the search index and its backlog. Indexing takes longer than the import before it, and is measured separately. */
async function dropIndex(db: pg.ClientBase): Promise<void> {
  const { rows } = await db.query("select from search_backlog limit 1");
  await db.query("truncate product_search, search_words, search_backlog; update search_state set products = 0");
  if (rows.length > 0) await sleep(BATCH_MS);
}

async function waitUntilIdle(db: pg.ClientBase): Promise<void> {
  for (let checks = 0; checks < IDLE_CHECKS; checks++) {
    const { rows } = await db.query<{ busy: number }>(
      `select count(*)::int as busy from pg_stat_activity
       where pid <> pg_backend_pid() and backend_type in ('client backend', 'autovacuum worker', 'parallel worker') and state <> 'idle'`,
    );
    if (rows[0]?.busy !== 0) checks = -1;
    await sleep(CHECK_MS);
  }
}
