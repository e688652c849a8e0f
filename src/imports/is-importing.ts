// Lets the search indexer wait while an import uses the database.
import type { Queryable } from "../db/connection/connect.ts";
import { ALIVE } from "../db/silent.ts";

/** Returns whether an import is being scanned or loaded. Ignores imports whose worker is gone. */
export async function isImporting(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ busy: boolean }>(
    `select exists (select 1 from imports where state in ('scanning', 'loading', 'finishing')
                    and ${ALIVE}) as busy`,
  );
  return rows[0]?.busy === true;
}
