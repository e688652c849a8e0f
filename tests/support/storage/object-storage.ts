// An object storage with the API of S3 on this computer (s3rver), which stores objects in a temporary folder. s3rver does not check
// signatures of version 4, so check-signature.ts does. It ignores If-None-Match, which our lock in the database makes unnecessary.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import { afterAll } from "vitest";
import { createBucketClient } from "../../../src/imports/file-stores/bucket/client.ts";
import type { BucketSettings } from "../../../src/imports/file-stores/bucket/settings.ts";
import { checkSignature } from "./check-signature.ts";

const BUCKET = "uploads";
/** The key that s3rver knows. */
const KEY = "S3RVER";

export interface ObjectStorage {
  settings: BucketSettings;
  /** The settings as environment variables. */
  env: Record<string, string>;
  /** Names of all objects without the prefix. */
  names(): Promise<string[]>;
  /** Makes requests for these objects wait until the promise resolves. */
  hold(name: RegExp, until: Promise<unknown>): void;
  stop(): Promise<void>;
  /** Starts it again, on the same port and with the same objects. */
  start(): Promise<void>;
}

/** Starts an object storage, which ends after the last test of the file. */
export async function startObjectStorage(): Promise<ObjectStorage> {
  const directory = await mkdtemp(join(tmpdir(), "skuport-storage-"));
  let port = 0;
  let server: S3rver | undefined;
  let held: { name: RegExp; until: Promise<unknown> } = { name: /(?!)/, until: Promise.resolve() };
  const start = async (): Promise<void> => {
    const options = { address: "127.0.0.1", silent: true, directory, configureBuckets: [{ name: BUCKET }] };
    server = new S3rver({ ...options, port });
    server.middleware.unshift(checkSignature(KEY), async ({ req }, next) => {
      if (held.name.test(req.url ?? "")) await held.until;
      await next();
    });
    ({ port } = await server.run());
  };
  const stop = async (): Promise<void> => {
    const closed = server?.close();
    server?.httpServer.closeAllConnections();
    await closed;
    server = undefined;
  };
  await start();
  afterAll(async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  });
  const settings: BucketSettings = {
    bucket: BUCKET,
    prefix: "shop/",
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${port.toString()}`,
    access_key_id: KEY,
    secret_access_key: KEY,
    session_token: undefined,
  };
  const client = createBucketClient(settings);
  return {
    settings,
    env: {
      SKUPORT_FILES: `s3://${BUCKET}/shop`,
      AWS_ENDPOINT_URL_S3: settings.endpoint ?? "",
      AWS_ACCESS_KEY_ID: KEY,
      AWS_SECRET_ACCESS_KEY: KEY,
    },
    names: async () => (await client.list(settings.prefix)).map(({ key }) => key.slice(settings.prefix.length)),
    hold: (name, until) => (held = { name, until }),
    stop,
    start,
  };
}
