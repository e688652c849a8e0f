// What importing needs from the process it runs in.
import { join } from "node:path";
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import type { DiskReserve } from "../db/data-dir/disk-reserve.ts";
import type { LoaderLimit } from "../jobs/loader-limit.ts";
import type { RecordCache } from "./scan/record-cache.ts";

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ImportContext {
  pool: pg.Pool;
  /** Folder of uploaded files. */
  files_dir: string;
  /** Of the disk with the files; without it there is no limit but the disk's own. */
  disk?: DiskReserve;
  /** The same where the database is on that disk too: loading then waits for room. */
  database_disk?: DiskReserve | undefined;
  /** Connections that load one import at the same time. */
  concurrency: number;
  /** Holds lanes back while others need the machine; without it nothing does. */
  limit?: LoaderLimit["run"];
  log: Log;
  /** What this process's scans have found out for its lanes. */
  known?: RecordCache;
  /** Records a chunk holds at most; tests that want many chunks say fewer. */
  chunk_records?: number;
  /** Wakes workers for an import, inside the caller's transaction: to scan it, or to load it with so many lanes. */
  sendScan(db: Queryable, importId: number): Promise<void>;
  sendLoaders(db: Queryable, importId: number, count: number): Promise<void>;
}

export const uploadedPath = (context: Pick<ImportContext, "files_dir">, file: string): string =>
  join(context.files_dir, file);

/** The UTF-8 text of a file in another encoding or format, made by a scan and read by the loaders. Every scan writes one of its own;
 * without a token it is that of an import that was scanned before scans had tokens. */
export const preparedPath = (
  context: Pick<ImportContext, "files_dir">,
  { file, scan_token }: { file: string; scan_token: number },
): string => join(context.files_dir, scan_token === 0 ? `${file}.utf8` : `${file}.${scan_token}.utf8`);
