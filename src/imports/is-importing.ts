// Whether the database is busy with an import: then the search index waits.
import type { Queryable } from "../db/connection/connect.ts";
import { ALIVE } from "../db/silent.ts";

/** Whether some import is being scanned or loaded, and not just left there by a worker that is gone. */
export async function isImporting(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ busy: boolean }>(
    `select exists (select from imports where state in ('scanning', 'loading', 'finishing')
                    and ${ALIVE}) as busy`,
  );
  return rows[0]?.busy === true;
}
