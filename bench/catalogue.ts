// The state that every measurement begins with.
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** Nothing may be at work for so many looks in a row; a job pauses between its steps. */
const QUIET_LOOKS = 5;
const LOOK_MS = 100;

/** Takes all products away, and what is derived from them. */
export async function emptyCatalogue(db: pg.ClientBase): Promise<void> {
  await waitUntilQuiet(db);
  const tables = ["products", "product_history", "product_search", "search_words", "search_backlog"];
  const { rows } = await db.query<{ name: string }>(
    "select name from unnest($1::text[]) as name where to_regclass(name) is not null",
    [tables],
  );
  await db.query(`truncate ${rows.map(({ name }) => name).join(", ")}; update search_state set products = 0`);
}

/** Waits for what still goes on (vacuum, the search index) and leaves no dirty buffer of what was measured before. */
export async function settle(db: pg.ClientBase): Promise<void> {
  await waitUntilQuiet(db);
  await db.query("checkpoint");
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
