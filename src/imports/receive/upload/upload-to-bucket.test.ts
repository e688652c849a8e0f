// Uploads in parts to two servers that share a bucket and a database.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { FastifyInstance } from "fastify";
import type { Import } from "../../../../contract/imports/imports.ts";
import { createTestApp } from "../../../../tests/support/app.ts";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext } from "../../../../tests/support/import-file.ts";
import { until } from "../../../../tests/support/until.ts";
import { startObjectStorage } from "../../../../tests/support/storage/object-storage.ts";
import type { ImportContext } from "../../context.ts";
import { createBucketClient } from "../../file-stores/bucket/client.ts";
import { partName } from "../../file-stores/bucket/parts.ts";
import { openFileStore } from "../../file-stores/open-store.ts";
import { finishImport } from "../../finish-import.ts";
import { readImport } from "../../store.ts";
import { appendBytes } from "./append.ts";
import { createOpenUploads } from "./open-uploads.ts";
import { findUpload, type StoredUpload } from "./store.ts";

const database = await createTestDatabase();
const { pool } = database;
const storage = await startObjectStorage();
const root = await mkdtemp(join(tmpdir(), "skuport-servers-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const base = await createImportContext(pool);
const contextOf = async (name: string): Promise<ImportContext> => ({
  ...base,
  store: await openFileStore(pool, join(root, name), { adopts: false, bucket: storage.settings }),
});
const contexts = [await contextOf("a"), await contextOf("b")] as const;
const servers = [await createTestApp(database, contexts[0]), await createTestApp(database, contexts[1])] as const;
beforeEach(() => pool.query("truncate imports cascade"));

const client = createBucketClient(storage.settings);
const keyOf = (...part: Parameters<typeof partName>): string => storage.settings.prefix + partName(...part);

const MB = 1 << 20;
const TUS = { "tus-resumable": "1.0.0" };
const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

async function begin(size: number): Promise<{ url: string; upload: StoredUpload }> {
  const headers = { ...TUS, "upload-length": String(size) };
  const url = String((await servers[0].inject({ method: "POST", url: "/api/uploads", headers })).headers.location);
  return { url, upload: (await findUpload(pool, url.split("/").at(-1) ?? "")) as StoredUpload };
}

const send = (server: FastifyInstance, url: string, offset: number, payload: Buffer) => {
  const type = "application/offset+octet-stream";
  const headers = { ...TUS, "upload-offset": String(offset), "content-type": type };
  return server.inject({ method: "PATCH", url, headers, payload });
};
const offsetAt = async (server: FastifyInstance, url: string): Promise<number> =>
  Number((await server.inject({ method: "HEAD", url, headers: TUS })).headers["upload-offset"]);

async function storedBytes({ store }: ImportContext, { file, size }: StoredUpload): Promise<Buffer> {
  const buffers: Buffer[] = [];
  for await (const buffer of store.read(file, size)) buffers.push(buffer);
  return Buffer.concat(buffers);
}

const partsOf = async ({ file }: StoredUpload): Promise<string[]> =>
  (await storage.names()).filter((name) => name.startsWith(file)).map((name) => name.split("/").at(-1) ?? "");

test("an upload continues on any server, and short requests leave no short parts", async () => {
  const bytes = randomBytes(6 * MB);
  const { url, upload } = await begin(bytes.length);
  let offset = 0;
  for (const [i, length] of [1, 2, 1, 1.5, 0.5].entries()) {
    const server = servers[i % 2] as FastifyInstance;
    expect(await offsetAt(server, url)).toBe(offset);
    expect((await send(server, url, offset, bytes.subarray(offset, offset + length * MB))).statusCode).toBe(204);
    offset += length * MB;
  }
  const import_ = (await readImport(pool, upload.id)) as Import;
  expect(import_).toMatchObject({ state: "scanning", received: bytes.length, sha256: hashOf(bytes) });
  expect(hashOf(await storedBytes(contexts[1], upload))).toBe(import_.sha256);
  expect(await partsOf(upload)).toHaveLength(2);
  await finishImport(contexts[0], upload.id, "cancelled");
  expect(await partsOf(upload)).toEqual([]);
});

test("if a request still runs on one server after another server has continued, the file contains each byte once", async () => {
  const bytes = randomBytes(9 * MB);
  const { url, upload } = await begin(bytes.length);
  const { promise: continued, resolve: go } = Promise.withResolvers<undefined>();
  async function* slowly(): AsyncGenerator<Buffer> {
    yield Buffer.from(bytes.subarray(0, 8 * MB));
    await continued;
    yield Buffer.from(bytes.subarray(8 * MB));
  }
  const uploads = createOpenUploads();
  const old = appendBytes(contexts[0], uploads, upload, { offset: 0, bytes: slowly(), stop: () => undefined });
  const stored = 8 * MB;
  await until(async () => (await offsetAt(servers[1], url)) === stored);
  const half = stored + MB / 2;
  expect((await send(servers[1], url, stored, bytes.subarray(stored, half))).statusCode).toBe(204);
  go(undefined);
  await expect(old).rejects.toMatchObject({ slug: "upload-interrupted" });
  // The bytes that arrived late are stored, too.
  expect(await offsetAt(servers[1], url)).toBe(bytes.length);
  expect(await readImport(pool, upload.id)).toMatchObject({ state: "scanning", sha256: hashOf(bytes) });
  expect(hashOf(await storedBytes(contexts[0], upload))).toBe(hashOf(bytes));
  await finishImport(contexts[0], upload.id, "cancelled");
});

test("bytes are only appended where the client continues: if a late part is in the way, the client asks again", async () => {
  const bytes = randomBytes(3 * MB);
  const { url, upload } = await begin(bytes.length);
  expect((await send(servers[0], url, 0, bytes.subarray(0, MB))).statusCode).toBe(204);
  const { store } = contexts[1];
  let sizes = 0;
  // Another server replaces the short part just after this one has compared the position of the client with it.
  const sizeOf = async (file: string): Promise<number> => {
    const size = await store.sizeOf(file);
    if (sizes++ > 0) return size;
    await client.put(keyOf(file, { writer: 1, start: 0, end: 2 * MB }), Buffer.from(bytes.subarray(0, 2 * MB)));
    await client.remove([keyOf(file, { writer: 1, start: 0, end: MB })]);
    return size;
  };
  const context = { ...contexts[1], store: { ...store, sizeOf } };
  const sent = { offset: MB, bytes: [Buffer.from(bytes.subarray(MB))], stop: () => undefined };
  await expect(appendBytes(context, createOpenUploads(), upload, sent)).rejects.toMatchObject({
    slug: "upload-interrupted",
  });
  expect(await readImport(pool, upload.id)).toMatchObject({ state: "paused", received: 2 * MB });
  expect(await offsetAt(servers[1], url)).toBe(2 * MB);
  expect((await send(servers[0], url, 2 * MB, bytes.subarray(2 * MB))).statusCode).toBe(204);
  expect(await readImport(pool, upload.id)).toMatchObject({ state: "scanning", sha256: hashOf(bytes) });
  expect(hashOf(await storedBytes(contexts[1], upload))).toBe(hashOf(bytes));
  await finishImport(contexts[0], upload.id, "cancelled");
});

test("if the storage stops during an upload, the client gets 503 and continues later", async () => {
  const bytes = randomBytes(2 * MB);
  const { url, upload } = await begin(bytes.length);
  expect((await send(servers[0], url, 0, bytes.subarray(0, MB))).statusCode).toBe(204);
  await storage.stop();
  const refused = await send(servers[1], url, MB, bytes.subarray(MB));
  expect([refused.statusCode, refused.json<{ type: string }>().type]).toEqual([503, "/problems/store-unavailable"]);
  await storage.start();
  expect(await offsetAt(servers[1], url)).toBe(MB);
  expect((await send(servers[1], url, MB, bytes.subarray(MB))).statusCode).toBe(204);
  expect(await readImport(pool, upload.id)).toMatchObject({ state: "scanning", sha256: hashOf(bytes) });
});
