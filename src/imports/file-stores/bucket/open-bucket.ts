// Opens a bucket as the store of uploaded files, and explains why it cannot be opened.
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { lockKeys } from "../../../db/advisory-locks.ts";
import { withTransaction } from "../../../db/connection/connect.ts";
import { FileStoreError, StoreUnavailable, type FileStore } from "../file-store.ts";
import { STORE_FILE } from "../folder-store.ts";
import { bucketStore } from "./bucket-store.ts";
import { createBucketClient, RefusedByStore, type BucketClient } from "./client.ts";
import { bucketLocation, type BucketSettings } from "./settings.ts";

/** @param folder the folder of this host for copies of files @throws {FileStoreError} */
export async function openBucket(pool: pg.Pool, settings: BucketSettings, folder: string): Promise<FileStore> {
  const client = createBucketClient(settings);
  const { prefix } = settings;
  const location = bucketLocation(settings);
  const key = prefix + STORE_FILE;
  const readId = async (): Promise<string | undefined> => (await client.get(key))?.toString("utf8").trim();
  try {
    const id = (await readId()) ?? (await createId(pool, client, key, readId));
    if (!UUID.test(id))
      throw new FileStoreError(
        `The object ${key} of ${location} is damaged: it does not contain an id. Delete it: Skuport creates a new id, and unfinished imports of this bucket have to be imported again.`,
      );
    return bucketStore({ client, prefix, location, id, readId }, folder);
  } catch (error) {
    throw error instanceof StoreUnavailable ? explain(error, settings) : error;
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Creates the object with the id. The lock ensures that all processes of the database get the same id, also with a service that does not
 * know If-None-Match. */
const createId = (
  pool: pg.Pool,
  client: BucketClient,
  key: string,
  readId: () => Promise<string | undefined>,
): Promise<string> =>
  withTransaction(pool, async (db) => {
    await db.query("select pg_advisory_xact_lock($1, $2)", lockKeys("file_store"));
    const existing = await readId();
    if (existing !== undefined) return existing;
    const id = Buffer.from(`${randomUUID()}\n`);
    await client.put(key, id, true);
    const created = await readId();
    if (created !== undefined) return created;
    await client.put(key, id);
    return (await readId()) ?? "";
  });

function explain(error: StoreUnavailable, settings: BucketSettings): FileStoreError {
  const location = bucketLocation(settings);
  const service = settings.endpoint ?? `Amazon S3 in ${settings.region}`;
  if (!(error instanceof RefusedByStore))
    return new FileStoreError(
      `${location}: ${service} does not respond (${error.reason}). Check the network, and the settings AWS_ENDPOINT_URL_S3 and AWS_REGION.`,
    );
  if (error.code === "NoSuchBucket")
    return new FileStoreError(
      `${location}: the bucket does not exist at ${service}. Create it, or correct SKUPORT_FILES, AWS_REGION or AWS_ENDPOINT_URL_S3.`,
    );
  if (error.http_status === 401 || error.http_status === 403)
    return new FileStoreError(
      `${location}: ${service} refuses the credentials (${error.reason}). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The key needs the permissions s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket.`,
    );
  return new FileStoreError(
    `${location}: ${service} refuses the request (${error.reason}). Check SKUPORT_FILES, AWS_REGION and AWS_ENDPOINT_URL_S3.`,
  );
}
