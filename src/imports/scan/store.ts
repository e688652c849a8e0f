// SQL of scans. A scan can write only while its token is the import's newest. If a scan is frozen or cut off, and is replaced in
// the meantime, it changes nothing when it continues.
import type { Queryable } from "../../db/connection/connect.ts";
import type { MappingPlan } from "../mapping/plan.ts";
import type { ScanId } from "../fencing.ts";
import type { StoredReject } from "../rejects/make-reject.ts";
import { rejectColumns } from "../rejects/store.ts";
import { changeImport, RECEIVED_FRACTION, SCANNED_FRACTION, type ImportWork } from "../store.ts";
import type { Column, Dialect, IgnoredRow } from "../../../contract/imports/imports.ts";
import type { Notice } from "../../../contract/imports/notices.ts";

/** Stores the dialect, the columns and the plan of the mapping as soon as they are detected, even for a file that cannot be imported.
 * @returns false if the import no longer belongs to this scan */
export async function noteFormat(
  db: Queryable,
  scan: ScanId,
  dialect: Dialect,
  { columns, plan }: { columns: readonly Column[]; plan: MappingPlan | null },
): Promise<boolean> {
  const updated = await changeImport(
    db,
    scan.id,
    "dialect = $3, columns = $4, plan = $5",
    "scan_token = $2 and state in ('receiving', 'scanning')",
    [scan.scan_token, JSON.stringify(dialect), JSON.stringify(columns), plan === null ? null : JSON.stringify(plan)],
  );
  return updated > 0;
}

/** Stores the profile that the scan uses, and the options with its mapping. @returns false if the import no longer belongs to this scan */
export async function noteProfile(
  db: Queryable,
  scan: ScanId,
  { profile, options }: Pick<ImportWork, "profile" | "options">,
): Promise<boolean> {
  const updated = await changeImport(
    db,
    scan.id,
    "profile = $3, options = $4",
    "scan_token = $2 and state in ('receiving', 'scanning')",
    [scan.scan_token, JSON.stringify(profile), JSON.stringify(options)],
  );
  return updated > 0;
}

/** Stores what users should know about the import. @returns false if the import no longer belongs to this scan */
export async function noteNotices(db: Queryable, scan: ScanId, notices: readonly Notice[]): Promise<boolean> {
  const updated = await changeImport(
    db,
    scan.id,
    "notices = $3",
    "scan_token = $2 and state in ('receiving', 'scanning')",
    [scan.scan_token, JSON.stringify(notices)],
  );
  return updated > 0;
}

export interface ScanProgress {
  /** Number of bytes of the text that have been scanned. */
  scanned: number;
  /** Number of bytes of the whole text, or of the part that is known so far. */
  text_size: number;
  lines: number;
  rows: number;
  /** Number of rows that only add values to the product of another row. */
  adds: number;
  superseded: number;
  rejected: number;
  ignored: number;
}

const WHILE_SCANNING = "scan_token = $10 and state = 'scanning' and not cancel_requested";

/** Stores the progress of a scan. @returns false if the import was cancelled or no longer belongs to this scan */
export async function noteScanned(db: Queryable, scan: ScanId, found: ScanProgress): Promise<boolean> {
  const values = [...scanValues(found), scan.scan_token];
  return (await changeImport(db, scan.id, SCAN_SETS, WHILE_SCANNING, values)) > 0;
}

/** Stores the counts of a scan that stops because nearly every row has an error. The upload may still be running.
 * @returns false if the import no longer belongs to this scan */
export async function noteFaulty(
  db: Queryable,
  scan: ScanId,
  found: { rows: number; rejected: number },
): Promise<boolean> {
  const updated = await changeImport(
    db,
    scan.id,
    "rows = $3, rejected = $4",
    "scan_token = $2 and state in ('receiving', 'scanning')",
    [scan.scan_token, found.rows, found.rejected],
  );
  return updated > 0;
}

/** Stores the final counts of a complete scan and sets the import to `loading`.
 * @returns false if the import was cancelled or no longer belongs to this scan */
export async function markLoading(
  db: Queryable,
  scan: ScanId,
  found: ScanProgress,
  start: { changeset_id: number; id_base: number; catalogue_was_empty: boolean },
): Promise<boolean> {
  const updated = await changeImport(
    db,
    scan.id,
    `${SCAN_SETS}, state = 'loading', load_started_at = clock_timestamp(), text_size = $3, scan_rejected = $7,
     changeset_id = $11, id_base = $12, catalogue_was_empty = $13`,
    WHILE_SCANNING,
    [...scanValues(found), scan.scan_token, start.changeset_id, start.id_base, start.catalogue_was_empty],
  );
  return updated > 0;
}

// The dialect and the columns are not stored here: they may have hundreds of kilobytes and do not change during a scan.
const SCAN_SETS = `wait_reason = nullif(wait_reason, 'file-missing'), file_missing_since = null, scanned = $2::bigint, lines = $4, rows = $5, superseded = $6, rejected = $7, ignored = $8, adds = $9,
   fraction = greatest(fraction, ${RECEIVED_FRACTION} + ${SCANNED_FRACTION - RECEIVED_FRACTION} * $2::bigint / greatest($3::bigint, 1))`;

const scanValues = (scan: ScanProgress): unknown[] => [
  scan.scanned,
  scan.text_size,
  scan.lines,
  scan.rows,
  scan.superseded,
  scan.rejected,
  scan.ignored,
  scan.adds,
];

// The share lock orders this statement and a newer scan's update of the token: whichever runs second sees the result of the
// first.
const MINE = `mine as (
  select 1 from imports where id = $1 and scan_token = $2 and state in ('receiving', 'scanning') for share
)`;

/** Deletes the rejects of earlier scans. @returns false if the import no longer belongs to this scan */
export async function deleteScanRejects(db: Queryable, scan: ScanId): Promise<boolean> {
  return writeFenced(
    db,
    `deleted as (delete from import_rejects where import_id = $1 and exists (select 1 from mine))`,
    scan,
    [],
  );
}

/** Stores the rejected and ignored rows that the scan has found. @returns false if the import no longer belongs to this scan */
export async function insertScanRejects(
  db: Queryable,
  scan: ScanId,
  rejects: readonly (StoredReject | IgnoredRow)[],
): Promise<boolean> {
  return writeFenced(
    db,
    `inserted as (
       insert into import_rejects (import_id, "row", line, "column", value, code, message, raw, ignored, product, source)
       select $1, r.*
       from mine, unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::boolean[], $11::text[], $12::text[]) as r
       on conflict (import_id, "row") do nothing
     )`,
    scan,
    rejectColumns(rejects),
  );
}

/** Runs `write` only if the import still belongs to the scan. @returns whether the import belongs to the scan */
async function writeFenced(db: Queryable, write: string, scan: ScanId, values: unknown[]): Promise<boolean> {
  const { rowCount } = await db.query(`with ${MINE}, ${write} select 1 from mine`, [
    scan.id,
    scan.scan_token,
    ...values,
  ]);
  return rowCount === 1;
}
