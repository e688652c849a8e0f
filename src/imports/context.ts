// The context of the import engine: database pool, folders, limits and job queue of the process that runs it.
import { join } from "node:path";
import type pg from "pg";
import type { Queryable } from "../db/connection/connect.ts";
import type { DiskReserve } from "../db/data-dir/disk-reserve.ts";
import type { LoaderLimit } from "../jobs/loader-limit.ts";
import type { Log } from "../jobs/log.ts";
import type { FileStore } from "./file-stores/file-store.ts";
import type { RecordCache } from "./record-cache.ts";

export interface ImportContext {
  pool: pg.Pool;
  /** The store of uploaded files. New imports belong to it. */
  store: FileStore;
  /** Checks the free space on the disk of the store's folder. If undefined, files may fill the disk. */
  disk?: DiskReserve;
  /** The same object as `disk` if the embedded database is on that disk. In this case, loaders wait while the disk is full. */
  database_disk?: DiskReserve | undefined;
  /** Maximum number of loaders that this process runs at the same time. */
  concurrency: number;
  /** Throttles loaders while list requests need the CPU. */
  limit?: LoaderLimit["run"];
  log: Log;
  /** Caches the records that the scans of this process have split, so that its loaders need not split them again. */
  record_cache?: RecordCache;
  /** Maximum number of records in a chunk. Tests set it to get many chunks from a small file. */
  chunk_records?: number;
  /** Sends a scan job to the workers of the import's store, inside the caller's transaction. */
  sendScan(db: Queryable, importId: number, storeId: string): Promise<void>;
  /** Sends `count` loader jobs to the workers of the store of this process, inside the caller's transaction. */
  sendLoaders(db: Queryable, importId: number, count: number): Promise<void>;
}

export interface StoreFolder {
  store: Pick<FileStore, "folder">;
}

export const uploadedPath = (context: StoreFolder, file: string): string => join(context.store.folder, file);

/** The path of the file to which a scan writes the formed products (shape/products-text.ts). The name contains the scan's token. */
export const productsPath = (
  context: StoreFolder,
  { file, scan_token }: { file: string; scan_token: number },
): string => join(context.store.folder, `${file}.${scan_token}.products`);

/** The path of the UTF-8 text that a scan makes from a file in another encoding or format, and that loaders read. The name contains the
 * scan's token, so that two scans never write the same file. Token 0 means that the import was scanned by an old version of Skuport,
 * which had no tokens. */
export const preparedPath = (
  context: StoreFolder,
  { file, scan_token }: { file: string; scan_token: number },
): string => join(context.store.folder, scan_token === 0 ? `${file}.utf8` : `${file}.${scan_token}.utf8`);
