// The SQL of imports. Every change of an import grows its version and tells the listeners, in one statement: `changed`.
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import { isShort, shortProblem } from "../db/short-json.ts";
import { IMPORT_CHANNEL } from "../events/channels.ts";
import { forgetAttempts } from "../jobs/attempts.ts";
import { sumChunks, takeChunks, type ChunkCounts } from "./chunk-store.ts";
import {
  MAX_LISTED_REJECTS,
  type Column,
  type Dialect,
  type Import,
  type ImportOptions,
  type ListedImport,
} from "../../contract/imports/imports.ts";
import type { ProblemDocument } from "../../contract/problem-document.ts";

/** Shares of an import's fraction: what receiving and scanning weigh, from the time they take. */
export const RECEIVED_FRACTION = 0.1;
export const SCANNED_FRACTION = 0.2;

// The columns of the wire, and elapsed times and rate that derive from the stages' instants. A reader's now() may be older than what it
// reads: a time is then 0, as it is (greatest passes over nulls) where a stage has not begun.
const COMMON = `
  id, state, filename, size, received, sha256, options, columns_count, lines, rows, scanned, created, updated, unchanged,
  superseded, rejected, least(rejected, ${MAX_LISTED_REJECTS}) as rejects_listed, fraction, changeset_id, cancel_requested, wait_reason, created_at, started_at, finished_at, version,
  case when state in ('receiving', 'paused') then upload_expires_at end as upload_expires_at,
  case when load_started_at is null then null
       else floor((created + updated + unchanged + superseded + rejected)
                  / greatest(extract(epoch from coalesce(finished_at, now()) - started_at), 0.001))::bigint
  end as rows_per_second,
  jsonb_build_object(
    'scan', greatest(0, floor(extract(epoch from coalesce(load_started_at, finished_at, now()) - started_at) * 1000)),
    'load', greatest(0, floor(extract(epoch from coalesce(load_finished_at, finished_at, now()) - load_started_at) * 1000)),
    'total', greatest(0, floor(extract(epoch from coalesce(finished_at, now()) - started_at) * 1000))
  ) as elapsed_ms`;
const IMPORT = `${COMMON}, dialect, columns, problem, false as shortened`;
const LISTED_IMPORT = `${COMMON},
  case when ${isShort("dialect")} then dialect else dialect - 'sheets' end as dialect,
  case when ${isShort("columns")} then columns end as columns,
  ${shortProblem("problem")} as problem,
  not (${isShort("dialect")} and ${isShort("columns")} and ${isShort("problem")}) as shortened`;

/** Runs an update of one import; says how many rows it met. */
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
  size: number | null;
  options: ImportOptions;
}

export async function insertImport(
  db: Queryable,
  { actor, filename, file, size, options }: NewImport,
): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `with made as (
       insert into imports (actor, filename, file, size, options) values ($1, $2, $3, $4, $5) returning id
     )
     select id, pg_notify('${IMPORT_CHANNEL}', id || ' receiving') from made`,
    [actor, filename, file, size, JSON.stringify(options)],
  );
  return (rows[0] as { id: number }).id;
}

export async function readImport(db: Queryable, id: number): Promise<Import | undefined> {
  const { rows } = await db.query<Import>(`select ${IMPORT} from imports where id = $1`, [id]);
  return rows[0];
}

/** As lists and streams show it. */
export async function readListedImport(db: Queryable, id: number): Promise<ListedImport | undefined> {
  const { rows } = await db.query<ListedImport>(`select ${LISTED_IMPORT} from imports where id = $1`, [id]);
  return rows[0];
}

type Page = { limit: number; before?: number | undefined; sha256?: string | undefined };

export async function listImports(db: Queryable, page: Page): Promise<ListedImport[]> {
  const { rows } = await db.query<ListedImport>(
    `select ${LISTED_IMPORT} from imports
     where ($2::bigint is null or id < $2) and ($3::text is null or sha256 = $3) order by id desc limit $1`,
    [page.limit, page.before ?? null, page.sha256 ?? null],
  );
  return rows;
}

/** What the worker needs besides the wire. */
export interface ImportWork {
  id: number;
  state: Import["state"];
  file: string;
  received: number;
  /** Bytes of the whole file, as far as its sender says. */
  size: number | null;
  options: ImportOptions;
  dialect: Dialect | null;
  columns: Column[];
  rows: number;
  changeset_id: number | null;
  id_base: number | null;
  catalogue_was_empty: boolean;
  cancel_requested: boolean;
  actor: string;
  filename: string;
  /** The newest scan's; see store.ts. */
  scan_token: number;
  /** Bytes of the text that was scanned, once loading has begun. */
  text_size: number | null;
}

const WORK = `id, state, file, received, size, options, dialect, columns, rows, changeset_id, id_base, catalogue_was_empty,
  cancel_requested, actor, filename, scan_token, text_size`;

export async function readImportWork(db: Queryable, id: number): Promise<ImportWork | undefined> {
  const { rows } = await db.query<ImportWork>(`select ${WORK} from imports where id = $1`, [id]);
  return rows[0];
}

/** Takes the import for a new scan, which makes every older scan of it stale. Undefined when there is nothing to scan. */
export async function beginScan(db: Queryable, id: number): Promise<ImportWork | undefined> {
  const { rows } = await db.query<ImportWork>(
    `update imports set scan_token = scan_token + 1, wait_reason = null, updated_at = now()
     where id = $1 and state in ('receiving', 'scanning') returning ${WORK}`,
    [id],
  );
  return rows[0];
}

/** The states of the imports that own these files. */
export async function readFileStates(db: Queryable, files: readonly string[]): Promise<Map<string, Import["state"]>> {
  const { rows } = await db.query<Pick<Import, "state"> & { file: string }>(
    "select file, state from imports where file = any($1::text[])",
    [files],
  );
  return new Map(rows.map(({ file, state }) => [file, state]));
}

/** Bytes received so far; also the sign that the upload is alive, and no longer paused where its server was taken for gone. */
export async function noteReceived(db: Queryable, id: number, received: number): Promise<boolean> {
  const met = await changeImport(
    db,
    id,
    `state = 'receiving', received = $2::bigint,
     fraction = greatest(fraction, coalesce(${RECEIVED_FRACTION} * $2::bigint / nullif(size, 0), 0))`,
    "state in ('receiving', 'paused') and not cancel_requested",
    [received],
  );
  return met > 0;
}

/** The file is whole: from here a worker goes on. Also when it was taken for given up, since its server was silent for a while. */
export async function markReceived(db: Queryable, id: number, size: number, sha256: string): Promise<boolean> {
  const met = await changeImport(
    db,
    id,
    `state = 'scanning', size = $2, received = $2, sha256 = $3, started_at = clock_timestamp(),
     fraction = greatest(fraction, ${RECEIVED_FRACTION})`,
    "state in ('receiving', 'paused') and not cancel_requested",
    [size, sha256],
  );
  return met > 0;
}

// Sums only grow: of two lanes that count at the same time the later answer may be the older one, and once the chunks are
// gone their sums are zero.
const SUMS = {
  created: "greatest(created, $2::bigint)",
  updated: "greatest(updated, $3::bigint)",
  unchanged: "greatest(unchanged, $4::bigint)",
  rejected: "greatest(rejected, scan_rejected + $5::bigint)",
};
const SET_SUMS = Object.entries(SUMS)
  .map(([column, sum]) => `${column} = ${sum}`)
  .join(", ");
const valuesOf = (sums: ChunkCounts): number[] => [sums.created, sums.updated, sums.unchanged, sums.rejected];

/** Tells what the chunks that are done add up to. */
export async function noteLoaded(db: Queryable, id: number): Promise<void> {
  const handled = `superseded + ${Object.values(SUMS).join(" + ")}`;
  await changeImport(
    db,
    id,
    `${SET_SUMS}, wait_reason = null, fraction = greatest(fraction, ${SCANNED_FRACTION} + ${1 - SCANNED_FRACTION} * least(1,
       (${handled})::float8 / greatest(rows, 1)))`,
    "state = 'loading'",
    valuesOf(await sumChunks(db, id)),
  );
}

/** What made a strict import fail is counted, although its chunks were rolled back.
 * @returns false when the import has ended */
export async function addRejected(db: Queryable, id: number, rejected: number): Promise<boolean> {
  return (await changeImport(db, id, "rejected = rejected + $2::bigint", "state = 'loading'", [rejected])) > 0;
}

/** Progress of a strict import, whose counts stay zero until all of it is committed. */
export async function noteStrictProgress(db: Queryable, id: number, share: number): Promise<void> {
  await changeImport(
    db,
    id,
    `fraction = greatest(fraction, ${SCANNED_FRACTION} + ${1 - SCANNED_FRACTION} * $2::float8)`,
    "state = 'loading'",
    [share],
  );
}

/** @returns false while chunks are left or somebody else finishes */
export async function markFinishing(db: Queryable, id: number): Promise<boolean> {
  const met = await changeImport(
    db,
    id,
    "state = 'finishing', wait_reason = null, load_finished_at = clock_timestamp()",
    "state = 'loading' and not cancel_requested and not exists (select from import_chunks where import_id = $1 and not done)",
    [],
  );
  return met > 0;
}

/** Whether the file has not been accepted yet. Locks the import's row. */
export async function isReceiving(client: pg.ClientBase, id: number): Promise<boolean> {
  const { rowCount } = await client.query(
    "select 1 from imports where id = $1 and state in ('receiving', 'paused') for no key update",
    [id],
  );
  return rowCount === 1;
}

/** To a terminal state, once: what is terminal stays as it is. The import and its changeset get their last counts. Runs in a
 * transaction: taking the chunks away first waits for those that other lanes are loading, so that what they commit is counted. */
export async function markFinished(
  client: pg.ClientBase,
  id: number,
  state: "done" | "cancelled" | "failed",
  problem: ProblemDocument | null,
): Promise<boolean> {
  const loaded = await takeChunks(client, id);
  await forgetAttempts(client, { kind: "import", id });
  const met = await changeImport(
    client,
    id,
    `${SET_SUMS}, state = $6, problem = $7, wait_reason = null, finished_at = clock_timestamp(),
     fraction = case when $6 = 'done' then 1 else fraction end`,
    state === "done" ? "state = 'finishing'" : "state not in ('done', 'cancelled', 'failed')",
    [...valuesOf(loaded), state, problem === null ? null : JSON.stringify(problem)],
  );
  await client.query(
    `update changesets c set created = i.created, updated = i.updated, finished_at = i.finished_at
     from imports i where i.id = $1 and c.id = i.changeset_id`,
    [id],
  );
  return met > 0;
}

export async function requestCancel(db: Queryable, id: number): Promise<boolean> {
  const met = await changeImport(db, id, "cancel_requested = true", "state not in ('done', 'cancelled', 'failed')", []);
  return met > 0;
}
