// The state that every measurement begins with.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** Nothing may be at work for so many looks in a row; a job pauses between its steps. */
const QUIET_LOOKS = 5;
const LOOK_MS = 100;

/** A slice of the search index that was begun may be made ready for so long without a word to the database. */
const SLICE_MS = 1500;

/** Takes all products away, and what is derived from them. */
export async function emptyCatalogue(db: pg.ClientBase): Promise<void> {
  await dropIndex(db);
  await db.query("truncate products, product_history");
}

/** Leaves nothing of what was measured before: no index to catch up with it, no vacuum, no dirty buffer. */
export async function settle(db: pg.ClientBase): Promise<void> {
  await dropIndex(db);
  await calm(db);
}

/** The same, but the index stays. */
export async function calm(db: pg.ClientBase): Promise<void> {
  await waitUntilQuiet(db);
  await db.query("checkpoint");
}

/** The search index catches up once an import has ended, for longer than the import took: that is measured by itself. */
async function dropIndex(db: pg.ClientBase): Promise<void> {
  const { rows } = await db.query("select from search_backlog limit 1");
  await db.query("truncate product_search, search_words, search_backlog; update search_state set products = 0");
  if (rows.length > 0) await sleep(SLICE_MS);
}

async function waitUntilQuiet(db: pg.ClientBase): Promise<void> {
  for (let looks = 0; looks < QUIET_LOOKS; looks++) {
    const { rows } = await db.query<{ busy: number }>(
      `select count(*)::int as busy from pg_stat_activity
       where pid <> pg_backend_pid() and backend_type in ('client backend', 'autovacuum worker', 'parallel worker') and state <> 'idle'`,
    );
    if (rows[0]?.busy !== 0) looks = -1;
    await sleep(LOOK_MS);
  }
}
