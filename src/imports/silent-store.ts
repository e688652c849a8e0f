// The SQL of what nobody works on any more: imports and uploads without a sign of life, and uploads that have waited too long.
import type { Queryable } from "../db/connect.ts";
import { changeImport } from "./store.ts";
import type { Import } from "../../contract/imports.ts";

/** Unfinished imports that nobody has worked on for `silent_ms`. */
export async function listSilentImports(
  db: Queryable,
  silent_ms: number,
): Promise<{ id: number; state: Import["state"]; file: string; cancel_requested: boolean }[]> {
  const { rows } = await db.query<{ id: number; state: Import["state"]; file: string; cancel_requested: boolean }>(
    `select id, state, file, cancel_requested from imports
     where state in ('receiving', 'scanning', 'loading', 'finishing')
       and updated_at < now() - make_interval(secs => $1::float8 / 1000)
     order by id`,
    [silent_ms],
  );
  return rows;
}

/** Uploads whose server gives no sign of life are paused, unless somebody has cancelled them: those end. */
export async function pauseSilentUploads(db: Queryable, silent_ms: number): Promise<void> {
  const { rows } = await db.query<{ id: number }>(
    `select id from imports where state = 'receiving' and upload_expires_at is not null and not cancel_requested
     and updated_at < now() - make_interval(secs => $1::float8 / 1000)`,
    [silent_ms],
  );
  for (const { id } of rows) await changeImport(db, id, "state = 'paused'", "state = 'receiving'", []);
}

export async function listExpiredUploads(db: Queryable): Promise<Pick<Import, "id" | "filename">[]> {
  const { rows } = await db.query<Pick<Import, "id" | "filename">>(
    "select id, filename from imports where state = 'paused' and upload_expires_at < now() order by id",
  );
  return rows;
}
