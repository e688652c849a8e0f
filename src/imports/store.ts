// SQL of the imports table. Every update of an import increments its version and notifies listeners in the same statement.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import { isShort, shortProblem } from "../db/short-json.ts";
import { IMPORT_CHANNEL } from "../events/channels.ts";
import type { MappingPlan } from "./mapping/plan.ts";
import type { UsedProfile } from "../profiles/choose-profile.ts";
import {
  completeOptions,
  MAX_LISTED_REJECTS,
  type Column,
  type Dialect,
  type GivenOptions,
  type Import,
  type ImportOptions,
  type ListedImport,
} from "../../contract/imports/imports.ts";
import { Problem } from "../../contract/problems.ts";

/** Value of an import's `fraction` when the file has been received. */
export const RECEIVED_FRACTION = 0.1;
/** Value of an import's `fraction` when the file has been scanned. Loading takes most of the time. */
export const SCANNED_FRACTION = 0.2;

// The columns of the API, including elapsed times and rate. A transaction's now() can be older than the row that the transaction reads, so
// elapsed times are at least 0. The elapsed time of a stage that has not begun is 0 too, because greatest() ignores nulls.
const COMMON = `
  id, state, actor, filename, size, received, sha256, columns_count, lines, rows, scanned, created, updated, unchanged,
  deleted, adds, superseded, rejected, ignored, notices, least(rejected, ${MAX_LISTED_REJECTS}) as rejects_listed, fraction, changeset_id, cancel_requested, wait_reason, created_at, started_at, finished_at, version,
  follows, (select n.id from imports n where n.follows = imports.id) as followed_by,
  case when state in ('receiving', 'paused', 'held') then upload_expires_at end as upload_expires_at,
  case when load_started_at is null then null
       else floor((created + updated + unchanged + deleted + adds + superseded + rejected + ignored)
                  / greatest(extract(epoch from coalesce(finished_at, now()) - started_at), 0.001))::bigint
  end as rows_per_second,
  jsonb_build_object(
    'scan', greatest(0, floor(extract(epoch from coalesce(load_started_at, finished_at, now()) - started_at) * 1000)),
    'load', greatest(0, floor(extract(epoch from coalesce(load_finished_at, finished_at, now()) - load_started_at) * 1000)),
    'total', greatest(0, floor(extract(epoch from coalesce(finished_at, now()) - started_at) * 1000))
  ) as elapsed_ms`;
/** The options of an import in lists: all except the mapping, with the mode and the handling of repeats that the mapping defines. */
const WITHOUT_MAPPING = `(options::jsonb - 'mapping' || jsonb_strip_nulls(jsonb_build_object(
    'mode', coalesce(options -> 'mode', options #> '{mapping,mode}'),
    'repeats', coalesce(options -> 'repeats', to_json(nullif(options #>> '{mapping,repeats}', 'merge'))))))::json`;
const IMPORT = `${COMMON}, options, profile, dialect, columns, problem, false as shortened`;
const LISTED_IMPORT = `${COMMON},
  case when profile is not null then json_build_object(
    'name', profile->'name', 'version', profile->'version', 'built_in', profile->'built_in') end as profile,
  case when ${isShort("options")} then options else ${WITHOUT_MAPPING} end as options,
  case when ${isShort("dialect")} then dialect else dialect - '{sheets,members}'::text[] end as dialect,
  case when ${isShort("columns")} then columns end as columns,
  ${shortProblem("problem")} as problem,
  not (${isShort("options")} and ${isShort("dialect")} and ${isShort("columns")} and ${isShort("problem")}) as shortened`;

/** Updates one import if it meets the condition `where`. @returns the number of updated rows: 0 or 1 */
export async function changeImport(
  db: Queryable,
  id: number,
  sets: string,
  where: string,
  values: unknown[],
): Promise<number> {
  const { rowCount } = await db.query(
    `with changed as (
       update imports set ${sets}, version = version + 1, updated_at = now() where id = $1 and (${where}) returning id, state
     )
     select pg_notify('${IMPORT_CHANNEL}', id || ' ' || state) from changed`,
    [id, ...values],
  );
  return rowCount ?? 0;
}

export interface NewImport {
  actor: string;
  filename: string;
  file: string;
  /** The store that keeps the file. */
  store_id: string;
  size: number | null;
  options: GivenOptions;
}

export async function insertImport(
  db: Queryable,
  { actor, filename, file, store_id, size, options }: NewImport,
): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `with made as (
       insert into imports (actor, filename, file, size, options, store_id) values ($1, $2, $3, $4, $5, $6) returning id
     )
     select id, pg_notify('${IMPORT_CHANNEL}', id || ' receiving') from made`,
    [actor, filename, file, size, JSON.stringify(options), store_id],
  );
  return (rows[0] as { id: number }).id;
}

export async function readImport(db: Queryable, id: number): Promise<Import | undefined> {
  const { rows } = await db.query<Import>(`select ${IMPORT} from imports where id = $1`, [id]);
  return rows[0] && withAllOptions(rows[0]);
}

/** Adds the defaults to the stored options, which are only those that the client has given. */
const withAllOptions = <T extends { options: GivenOptions }>(import_: T): T & { options: ImportOptions } => ({
  ...import_,
  options: completeOptions(import_.options),
});

/** @throws Problem not-found */
export async function requireImport(db: Queryable, id: number): Promise<Import> {
  const import_ = await readImport(db, id);
  if (import_ === undefined) throw noSuchImport(id);
  return import_;
}

export const noSuchImport = (id: number): Problem => new Problem("not-found", `Import ${id} does not exist.`);

/** Reads an import without its long values, as lists and streams show it. */
export async function readListedImport(db: Queryable, id: number): Promise<ListedImport | undefined> {
  const { rows } = await db.query<ListedImport>(`select ${LISTED_IMPORT} from imports where id = $1`, [id]);
  return rows[0] && withAllOptions(rows[0]);
}

type Page = { limit: number; before?: number | undefined; sha256?: string | undefined };

export async function listImports(db: Queryable, page: Page): Promise<ListedImport[]> {
  const { rows } = await db.query<ListedImport>(
    `select ${LISTED_IMPORT} from imports
     where ($2::bigint is null or id < $2) and ($3::text is null or sha256 = $3) order by id desc limit $1`,
    [page.limit, page.before ?? null, page.sha256 ?? null],
  );
  return rows.map(withAllOptions);
}

/** The columns of an import's row that workers need. */
export interface ImportWork {
  id: number;
  state: Import["state"];
  file: string;
  /** The store that keeps the file. Null if the import began before there were stores, or was restored from a backup. */
  store_id: string | null;
  received: number;
  /** Size of the whole file in bytes, if the client has announced it. */
  size: number | null;
  /** The options that the client has given, with the mapping of the profile. `completeOptions` adds mode and repeats. */
  options: GivenOptions;
  dialect: Dialect | null;
  /** The tables of the zip file that earlier imports have not read. The tables of this import come first. */
  members: NonNullable<Dialect["members"]> | null;
  columns: Column[];
  rows: number;
  changeset_id: number | null;
  id_base: number | null;
  catalogue_was_empty: boolean;
  cancel_requested: boolean;
  actor: string;
  filename: string;
  /** The profile that the client named or that an earlier scan selected. */
  profile: UsedProfile | null;
  /** Whether the client has chosen or confirmed the columns. */
  answered: boolean;
  /** Token of the newest scan; see scan/store.ts. */
  scan_token: number;
  /** Size of the scanned text in bytes. Null until loading begins. */
  text_size: number | null;
}

const WORK = `id, state, file, store_id, received, size, options, dialect, members, columns, rows, changeset_id, id_base, catalogue_was_empty,
  cancel_requested, actor, filename, profile, answered, scan_token, text_size`;

export async function readImportWork(db: Queryable, id: number): Promise<ImportWork | undefined> {
  const { rows } = await db.query<ImportWork>(`select ${WORK} from imports where id = $1`, [id]);
  return rows[0];
}

/** Returns the plan of the import's mapping; null if columns are only copied. */
export async function readPlan(db: Queryable, id: number): Promise<MappingPlan | null> {
  const { rows } = await db.query<{ plan: MappingPlan | null }>("select plan from imports where id = $1", [id]);
  return rows[0]?.plan ?? null;
}

/** Gives the import to a new scan, which makes all older scans of it stale. @returns undefined if there is nothing to scan */
export async function beginScan(db: Queryable, id: number): Promise<ImportWork | undefined> {
  const { rows } = await db.query<ImportWork>(
    `update imports set scan_token = scan_token + 1, updated_at = now(),
       wait_reason = case when file_missing_since is not null then wait_reason end
     where id = $1 and state in ('receiving', 'scanning') returning ${WORK}`,
    [id],
  );
  return rows[0];
}

/** Returns the states of the imports that own these files. */
export async function readFileStates(db: Queryable, files: readonly string[]): Promise<Map<string, Import["state"]>> {
  const { rows } = await db.query<Pick<Import, "state"> & { file: string }>(
    // Imports of several tables in a zip file use the same file, one after another.
    "select distinct on (file) file, state from imports where file = any($1::text[]) order by file, id desc",
    [files],
  );
  return new Map(rows.map(({ file, state }) => [file, state]));
}

/** Stores the number of received bytes, which also shows that the server is alive. If a worker has paused the upload because it
 * wrongly assumed that the server was dead, sets the state to `receiving` again.
 * @returns false if the upload was cancelled or has ended, or if a later request continues it */
export async function noteReceived(
  db: Queryable,
  id: number,
  { received, writer }: { received: number; writer: number },
): Promise<boolean> {
  const updated = await changeImport(
    db,
    id,
    `state = 'receiving', received = $2::bigint,
     fraction = greatest(fraction, coalesce(${RECEIVED_FRACTION} * $2::bigint / nullif(size, 0), 0))`,
    "state in ('receiving', 'paused') and not cancel_requested and upload_writer = $3",
    [received, writer],
  );
  return updated > 0;
}

export interface ReceivedUpload {
  size: number;
  sha256: string;
  /** Number of the request that has received the last byte; see `FileStore.append`. */
  writer: number;
}

/** Marks the upload as complete, so that a worker can scan the file. This also works if a worker has marked the upload as paused in the
 * meantime.
 * @returns false if the upload was cancelled or has ended, or if a later request continues it */
export async function markReceived(
  db: Queryable,
  id: number,
  { size, sha256, writer }: ReceivedUpload,
): Promise<boolean> {
  const updated = await changeImport(
    db,
    id,
    `state = 'scanning', size = $2, received = $2, sha256 = $3, started_at = clock_timestamp(),
     fraction = greatest(fraction, ${RECEIVED_FRACTION})`,
    "state in ('receiving', 'paused') and not cancel_requested and upload_writer = $4",
    [size, sha256, writer],
  );
  return updated > 0;
}

/** Returns whether the upload has not been completed yet. Locks the import's row. */
export async function isReceiving(client: pg.ClientBase, id: number): Promise<boolean> {
  const { rowCount } = await client.query(
    "select 1 from imports where id = $1 and state in ('receiving', 'paused') for no key update",
    [id],
  );
  return rowCount === 1;
}

export async function requestCancel(db: Queryable, id: number): Promise<boolean> {
  const updated = await changeImport(
    db,
    id,
    "cancel_requested = true",
    "state not in ('done', 'cancelled', 'failed')",
    [],
  );
  return updated > 0;
}
