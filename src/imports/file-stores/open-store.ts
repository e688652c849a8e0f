// Opens the store of uploaded files of this process, and registers it in the database.
import { hostname } from "node:os";
import type pg from "pg";
import { mkdir } from "node:fs/promises";
import type { BucketSettings } from "./bucket/settings.ts";
import type { FileStore } from "./file-store.ts";
import { openFolder } from "./folder-store.ts";
import { adoptImports, registerStore } from "./store.ts";

interface OpenOptions {
  /** Whether imports that belong to no store now belong to this one. */
  adopts: boolean;
  /** The bucket that is the store. If undefined, the folder is the store. */
  bucket?: BucketSettings | undefined;
}

/** @param folder the folder of uploaded files, or of copies of them @throws {FileStoreError} */
export async function openFileStore(
  pool: pg.Pool,
  folder: string,
  { adopts, bucket }: OpenOptions,
): Promise<FileStore> {
  const store = bucket === undefined ? await openFolder(folder) : await openRemote(pool, folder, bucket);
  await registerStore(pool, store.id, store.is_local ? `${hostname()}:${folder}` : store.location);
  if (adopts) await adoptImports(pool, store.id);
  return store;
}

async function openRemote(pool: pg.Pool, folder: string, bucket: BucketSettings): Promise<FileStore> {
  // Load the client only if it is needed: most installations have no bucket.
  const { openBucket } = await import("./bucket/open-bucket.ts");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return openBucket(pool, bucket, folder);
}
