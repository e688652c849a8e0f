// SQL of resumable uploads: imports with an expiry.
import type pg from "pg";
import { lockKeys } from "../../../db/advisory-locks.ts";
import type { Queryable } from "../../../db/connection/connect.ts";
import { IMPORT_CHANNEL } from "../../../events/channels.ts";
import { changeImport, insertImport, type NewImport } from "../../store.ts";
import type { OpenUpload } from "./evict-uploads.ts";
import type { Import } from "../../../../contract/imports/imports.ts";

const OPEN = "upload_expires_at is not null and state in ('receiving', 'paused')";

/** Lists unfinished uploads, starting with the one that has been silent for longest. Holds a lock until the transaction ends, so that
 * simultaneous requests cannot exceed the limit. */
export async function listOpenUploads(client: pg.ClientBase): Promise<OpenUpload[]> {
  await client.query("select pg_advisory_xact_lock($1, $2)", lockKeys("open_uploads"));
  const { rows } = await client.query<OpenUpload>(
    `select id, filename, size, received, upload_client as client from imports where ${OPEN} order by updated_at, id`,
  );
  return rows;
}

/** Returns whether the upload is still unfinished. Locks its row, so that this stays true until the transaction ends. */
export async function isOpenUpload(client: pg.ClientBase, id: number): Promise<boolean> {
  const { rowCount } = await client.query(`select 1 from imports where id = $1 and ${OPEN} for update`, [id]);
  return rowCount === 1;
}

export interface Uploader {
  user_id: number;
  /** Unfinished uploads with the same value share a limit (`quota_key` of the request). */
  client: string;
}

/** Inserts an import that waits for its first byte. */
export async function insertUpload(
  db: pg.ClientBase,
  upload: NewImport,
  { user_id, client }: Uploader,
  keptHours: number,
): Promise<number> {
  const id = await insertImport(db, upload);
  const values = [keptHours, client, user_id];
  await changeImport(db, id, `${expiry("$2")}, upload_client = $3, upload_user_id = $4`, "true", values);
  return id;
}

export interface StoredUpload {
  id: number;
  file: string;
  filename: string;
  state: Import["state"];
  size: number;
  /** Whether the whole file was received. Stays true even if the import was cancelled or failed afterwards. */
  is_whole: boolean;
  is_expired: boolean;
  upload_expires_at: string;
  /** The store that keeps the received bytes; see `ImportWork`. */
  store_id: string | null;
  /** The user that has begun the upload. */
  upload_user_id: number | null;
}

export async function findUpload(db: Queryable, file: string): Promise<StoredUpload | undefined> {
  const { rows } = await db.query<StoredUpload>(
    `select id, file, filename, state, size, sha256 is not null as is_whole, upload_expires_at < now() as is_expired,
            upload_expires_at, store_id, upload_user_id
     from imports where file = $1 and upload_expires_at is not null`,
    [file],
  );
  return rows[0];
}

/** Sets the upload to `receiving` and renews its expiry. Earlier requests, which other servers may still be receiving, can then no longer
 * change the import.
 * @returns the number of the new request; undefined if the import was cancelled or has ended */
export async function markReceiving(
  db: Queryable,
  id: number,
  received: number,
  keptHours: number,
): Promise<number | undefined> {
  const { rows } = await db.query<{ upload_writer: number }>(
    `with changed as (
       update imports set state = 'receiving', received = $2::bigint, ${expiry("$3")}, upload_writer = upload_writer + 1,
         version = version + 1, updated_at = now()
       where id = $1 and state in ('receiving', 'paused') and not cancel_requested returning id, upload_writer
     )
     select upload_writer, pg_notify('${IMPORT_CHANNEL}', id || ' receiving') from changed`,
    [id, received, keptHours],
  );
  return rows[0]?.upload_writer;
}

/** Pauses an upload whose request ended before the file was complete.
 * @returns false if a later request continues the upload, or has completed it */
export async function markPaused(
  db: Queryable,
  id: number,
  { received, writer }: { received: number; writer: number },
  keptHours: number,
): Promise<boolean> {
  const updated = await changeImport(
    db,
    id,
    `state = 'paused', received = $2::bigint, ${expiry("$3")}`,
    "state in ('receiving', 'paused') and upload_expires_at is not null and upload_writer = $4",
    [received, keptHours, writer],
  );
  return updated > 0;
}

const expiry = (hours: string): string => `upload_expires_at = now() + make_interval(hours => ${hours}::int)`;
