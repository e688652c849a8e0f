// Deletes the attempt records of imports that have ended.
import { sweepAttempts } from "../../jobs/attempts.ts";
import type { Queryable } from "../../db/connection/connect.ts";

export const sweepImportAttempts = (db: Queryable): Promise<void> =>
  sweepAttempts(db, "import", "select id from imports where state not in ('done', 'cancelled', 'failed')");
