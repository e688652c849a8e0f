// SQL of imports that are held because they have a question.
import type { ScanId } from "../fencing.ts";
import type pg from "pg";
import type { Queryable } from "../../db/connection/connect.ts";
import { changeImport } from "../store.ts";
import type { GivenOptions, Import } from "../../../contract/imports/imports.ts";
import { problemType } from "../../../contract/problems.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";

/** Holds an import until its question is answered. @returns false if the import was cancelled or no longer belongs to this scan */
export async function markHeld(
  client: pg.ClientBase,
  scan: ScanId,
  question: ProblemDocument,
  keptHours: number,
): Promise<boolean> {
  const updated = await changeImport(
    client,
    scan.id,
    `state = 'held', problem = $3, wait_reason = null, upload_expires_at = now() + make_interval(hours => $4::int)`,
    "scan_token = $2 and state = 'scanning' and not cancel_requested",
    [scan.scan_token, JSON.stringify(question), keptHours],
  );
  return updated > 0;
}

/**
 * Returns the options and the file store of the import, and locks its row until the end of the transaction. A second answer that arrives at the same time
 * waits for this lock, and is added to the options that the first answer has stored.
 */
export async function lockOptions(
  client: pg.ClientBase,
  id: number,
): Promise<{ options: GivenOptions; store_id: string | null } | undefined> {
  const { rows } = await client.query<{ options: GivenOptions; store_id: string | null }>(
    "select options, store_id from imports where id = $1 for update",
    [id],
  );
  return rows[0];
}

/** Sets the import to `scanning` again, with these options and without the results of its last scan. The columns of an import that was held
 * for a review count as confirmed.
 * @param choosesColumns whether the client has named columns
 * @returns false if the import is not held */
export async function markContinued(
  db: Queryable,
  id: number,
  options: GivenOptions,
  choosesColumns: boolean,
): Promise<boolean> {
  const updated = await changeImport(
    db,
    id,
    `state = 'scanning', options = $2, answered = answered or $3 or problem ->> 'type' = $4, problem = null, notices = '[]', file_missing_since = null, upload_expires_at = null, started_at = clock_timestamp(),
     scanned = 0, lines = null, rows = null, adds = 0, superseded = 0, rejected = 0, ignored = 0`,
    "state = 'held' and not cancel_requested",
    [JSON.stringify(options), choosesColumns, problemType("review")],
  );
  return updated > 0;
}

/** Removes the profile from the import, because the client's answer replaces it. */
export async function forgetProfile(db: Queryable, id: number): Promise<void> {
  await db.query("update imports set profile = null where id = $1", [id]);
}

/** Lists held imports whose question was not answered in time. */
export async function listUnanswered(
  db: Queryable,
): Promise<(Pick<Import, "id" | "version"> & { problem: ProblemDocument })[]> {
  const { rows } = await db.query<Pick<Import, "id" | "version"> & { problem: ProblemDocument }>(
    "select id, version, problem from imports where state = 'held' and upload_expires_at < now() order by id",
  );
  return rows;
}
