// Whether the database is busy with an operation: then the search index waits.
import type { Queryable } from "../db/connection/connect.ts";
import { ALIVE } from "../db/silent.ts";

/** Whether some operation is at work, and not just left there by a worker that is gone. */
export async function isOperating(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ busy: boolean }>(
    `select exists (select from operations where state in ('selecting', 'running')
                    and ${ALIVE}) as busy`,
  );
  return rows[0]?.busy === true;
}
