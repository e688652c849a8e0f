// The SQL of scans. A scan writes only while it has the import's newest token: one that was frozen or cut off, and was replaced
// meanwhile, changes nothing when it wakes up.
import type pg from "pg";
import type { Queryable } from "../../db/connection/connect.ts";
import { rejectColumns } from "../rejects/store.ts";
import { changeImport, RECEIVED_FRACTION, SCANNED_FRACTION, type ImportWork } from "../store.ts";
import type { Column, Dialect, Reject } from "../../../contract/imports/imports.ts";

/** One scan of one import. */
export type ScanId = Pick<ImportWork, "id" | "scan_token">;

/** Whether the import still belongs to this scan. Locks its row: what the transaction writes next is fenced. */
export async function isScannedBy(client: pg.ClientBase, scan: ScanId): Promise<boolean> {
  const { rowCount } = await client.query(
    "select 1 from imports where id = $1 and scan_token = $2 and state in ('receiving', 'scanning') for no key update",
    [scan.id, scan.scan_token],
  );
  return rowCount === 1;
}

/** Writes what the head of the file shows, before anything else is known: also for a file that cannot be imported.
 * @returns false when the import no longer belongs to this scan */
export async function noteFormat(
  db: Queryable,
  scan: ScanId,
  dialect: Dialect,
  columns: readonly Column[],
): Promise<boolean> {
  const met = await changeImport(
    db,
    scan.id,
    "dialect = $3, columns = $4",
    "scan_token = $2 and state in ('receiving', 'scanning')",
    [scan.scan_token, JSON.stringify(dialect), JSON.stringify(columns)],
  );
  return met > 0;
}

export interface ScanProgress {
  dialect: Dialect;
  columns: readonly Column[];
  /** Bytes of the text that was scanned, and of all of it. */
  scanned: number;
  text_size: number;
  lines: number;
  rows: number;
  superseded: number;
  rejected: number;
}

const WHILE_SCANNED = "scan_token = $10 and state = 'scanning' and not cancel_requested";

/** @returns false when the import is cancelled, or no longer belongs to this scan */
export async function noteScanned(db: Queryable, scan: ScanId, found: ScanProgress): Promise<boolean> {
  const met = await changeImport(db, scan.id, SCAN_SETS, WHILE_SCANNED, [...scanValues(found), scan.scan_token]);
  return met > 0;
}

/** Rows and rejects of a scan that stops because nearly every row is faulty; the upload may still be running.
 * @returns false when the import no longer belongs to this scan */
export async function noteFaulty(
  db: Queryable,
  scan: ScanId,
  found: { rows: number; rejected: number },
): Promise<boolean> {
  const met = await changeImport(
    db,
    scan.id,
    "rows = $3, rejected = $4",
    "scan_token = $2 and state in ('receiving', 'scanning')",
    [scan.scan_token, found.rows, found.rejected],
  );
  return met > 0;
}

/** The scan is complete: exact numbers, and loading begins.
 * @returns false when the import is cancelled, or no longer belongs to this scan */
export async function markLoading(
  db: Queryable,
  scan: ScanId,
  found: ScanProgress,
  start: { changeset_id: number; id_base: number; catalogue_was_empty: boolean },
): Promise<boolean> {
  const met = await changeImport(
    db,
    scan.id,
    `${SCAN_SETS}, state = 'loading', load_started_at = clock_timestamp(), wait_reason = null, text_size = $5, changeset_id = $11, id_base = $12,
     catalogue_was_empty = $13, scan_rejected = $9`,
    WHILE_SCANNED,
    [...scanValues(found), scan.scan_token, start.changeset_id, start.id_base, start.catalogue_was_empty],
  );
  return met > 0;
}

const SCAN_SETS = `dialect = $2, columns = $3, scanned = $4::bigint, lines = $6, rows = $7, superseded = $8, rejected = $9,
   fraction = greatest(fraction, ${RECEIVED_FRACTION} + ${SCANNED_FRACTION - RECEIVED_FRACTION} * $4::bigint / greatest($5::bigint, 1))`;

const scanValues = (scan: ScanProgress): unknown[] => [
  JSON.stringify(scan.dialect),
  JSON.stringify(scan.columns),
  scan.scanned,
  scan.text_size,
  scan.lines,
  scan.rows,
  scan.superseded,
  scan.rejected,
];

// The share lock makes a newer scan's token wait for this statement, and this statement see a token that came first.
const MINE = `mine as (
  select 1 from imports where id = $1 and scan_token = $2 and state in ('receiving', 'scanning') for share
)`;

/** Deletes what an earlier scan rejected. @returns false when the import no longer belongs to this scan */
export async function deleteScanRejects(db: Queryable, scan: ScanId): Promise<boolean> {
  return isMine(
    db,
    `deleted as (delete from import_rejects where import_id = $1 and exists (select 1 from mine))`,
    scan,
    [],
  );
}

/** @returns false when the import no longer belongs to this scan */
export async function insertScanRejects(db: Queryable, scan: ScanId, rejects: readonly Reject[]): Promise<boolean> {
  return isMine(
    db,
    `inserted as (
       insert into import_rejects (import_id, "row", line, "column", value, code, message, raw)
       select $1, r.*
       from mine, unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) as r
       on conflict (import_id, "row") do nothing
     )`,
    scan,
    rejectColumns(rejects),
  );
}

async function isMine(db: Queryable, write: string, scan: ScanId, values: unknown[]): Promise<boolean> {
  const { rowCount } = await db.query(`with ${MINE}, ${write} select 1 from mine`, [
    scan.id,
    scan.scan_token,
    ...values,
  ]);
  return rowCount === 1;
}
