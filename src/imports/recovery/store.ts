// SQL of imports and uploads whose process may have died, and of uploads that can no longer be resumed.
import { SILENT_SINCE } from "../../db/silent.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { listSilentWork, type SilentWork } from "../../jobs/unfinished-work.ts";
import { WORKED_ON } from "../is-importing.ts";
import { changeImport } from "../store.ts";
import type { Import } from "../../../contract/imports/imports.ts";

export interface SilentImport extends SilentWork<(typeof WORKED_ON.states)[number]> {
  store_id: string | null;
}

/** Lists imports of all stores without a sign of life for `silentMs`. */
export const listSilentImports = (db: Queryable, silentMs: number): Promise<SilentImport[]> =>
  listSilentWork<SilentImport>(db, WORKED_ON, silentMs, ["store_id"]);

export interface OpenUpload {
  id: number;
  version: number;
  cancel_requested: boolean;
  /** Whether the client can resume the upload; if so, the upload becomes `paused` instead of `failed`. */
  is_resumable: boolean;
  /** Whether the upload's row has not been updated for too long, by the database's clock. */
  is_silent: boolean;
}

/** Lists uploads that are receiving bytes, according to their state. */
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

/** Lists paused uploads that can no longer be resumed. */
export async function listExpiredUploads(
  db: Queryable,
  keptHours: number,
): Promise<Pick<Import, "id" | "filename" | "version">[]> {
  // An expiry that is more than an hour too late was set while the database's clock was ahead. Set it again.
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
