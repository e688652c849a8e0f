// The SQL of what nobody works on any more: imports and uploads without a sign of life, and uploads that have waited too long.
import type pg from "pg";
import { SILENT_SINCE } from "../../db/silent.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { changeImport } from "../store.ts";
import type { Import } from "../../../contract/imports/imports.ts";

export interface SilentImport {
  id: number;
  state: Import["state"];
  cancel_requested: boolean;
}

/** Imports that a worker has taken, and that none has worked on for `silent_ms`. */
export async function listSilentImports(db: Queryable, silentMs: number): Promise<SilentImport[]> {
  const { rows } = await db.query<SilentImport>(
    `select id, state, cancel_requested from imports
     where state in ('scanning', 'loading', 'finishing') and ${SILENT_SINCE} order by id`,
    [silentMs],
  );
  return rows;
}

export interface OpenUpload {
  id: number;
  version: number;
  cancel_requested: boolean;
  /** It may wait as `paused` for the rest of the file. */
  is_resumable: boolean;
  /** By the database's clock. */
  is_silent: boolean;
}

/** Uploads whose bytes are coming, as far as anyone knows. */
export async function listOpenUploads(db: Queryable, silentMs: number): Promise<OpenUpload[]> {
  const { rows } = await db.query<OpenUpload>(
    `select id, version, cancel_requested, upload_expires_at is not null as is_resumable, ${SILENT_SINCE} as is_silent
     from imports where state = 'receiving' order by id`,
    [silentMs],
  );
  return rows;
}

export async function pauseUpload(db: Queryable, { id, version }: OpenUpload): Promise<void> {
  await changeImport(db, id, "state = 'paused'", "state = 'receiving' and version = $2", [version]);
}

/** Whether nothing has happened to the import since that version. Locks its row. */
export async function isUnchanged(
  client: pg.ClientBase,
  { id, version }: { id: number; version: number },
): Promise<boolean> {
  const { rowCount } = await client.query("select 1 from imports where id = $1 and version = $2 for no key update", [
    id,
    version,
  ]);
  return rowCount === 1;
}

/** Paused uploads whose time is over. */
export async function listExpiredUploads(
  db: Queryable,
  keptHours: number,
): Promise<Pick<Import, "id" | "filename" | "version">[]> {
  // Further ahead than any upload is kept: the database's clock was ahead when the time was set.
  await db.query(
    `update imports set upload_expires_at = now() + make_interval(hours => $1::int)
     where state = 'paused' and upload_expires_at > now() + make_interval(hours => $1::int + 1)`,
    [keptHours],
  );
  const { rows } = await db.query<Pick<Import, "id" | "filename" | "version">>(
    "select id, filename, version from imports where state = 'paused' and upload_expires_at < now() order by id",
  );
  return rows;
}
