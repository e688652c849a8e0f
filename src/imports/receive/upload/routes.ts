// HTTP routes of resumable uploads (tus 1.0).
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { withCertainCommit } from "../../../db/connection/certain-commit.ts";
import type { ImportContext } from "../../context.ts";
import { diskFull, uploadDisk } from "../../files/disk-space.ts";
import { finishImport } from "../../finish-import.ts";
import { emptyFile, tooLarge } from "../receive.ts";
import { bodyOf } from "../request-body.ts";
import { readImport, requestCancel, type NewImport } from "../../store.ts";
import { appendBytes, offsetOf } from "./append.ts";
import { readNamedProfile } from "../../../profiles/known-profiles.ts";
import { readMetadata } from "./metadata.ts";
import { chooseEvictions } from "./evict-uploads.ts";
import { createOpenUploads, type OpenUploads } from "./open-uploads.ts";
import { evicted, KEPT_HOURS, tooManyUploads, unknownUpload, uploadGone } from "./problems.ts";
import { findUpload, isOpenUpload, listOpenUploads, insertUpload, type StoredUpload, type Uploader } from "./store.ts";
import type { Import } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import {
  append_upload,
  create_upload,
  describe_uploads,
  discard_upload,
  PART_TYPE,
  read_upload,
  TUS_EXTENSIONS,
  TUS_VERSION,
} from "../../../../contract/imports/uploads.ts";

/** Maximum number of unfinished uploads of one client. */
const MAX_CLIENT_UPLOADS = 20;
/** Maximum total size of one client's unfinished uploads, as a multiple of the largest allowed file. Two files of any allowed
 * size are always possible. */
const MAX_CLIENT_FILES = 2;
/** Maximum number of unfinished uploads of all clients together. Only a program that forges its address can reach this limit. */
const MAX_UPLOADS = 1000;

export interface UploadRoutesContext extends ImportContext {
  max_upload_bytes: number;
}

export function uploadRoutes(instance: FastifyInstance, context: UploadRoutesContext): void {
  const uploads = createOpenUploads();
  instance.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(PART_TYPE, (_request, payload, parsed) => {
      parsed(null, payload);
    });
    scope.addHook("onRequest", (request, reply, next) => {
      void reply.headers({ "tus-resumable": TUS_VERSION, "tus-version": TUS_VERSION, "cache-control": "no-store" });
      const { "tus-resumable": version } = request.headers;
      next(request.method === "OPTIONS" || version === TUS_VERSION ? undefined : wrongVersion(version));
    });
    creationRoutes(scope, context);
    transferRoutes(scope, context, uploads);
    done();
  });
}

function creationRoutes(scope: FastifyInstance, context: UploadRoutesContext): void {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  app.route({
    ...describe_uploads,
    handler: async (_request, reply) => {
      const maxSize = context.max_upload_bytes.toString();
      return reply
        .code(204)
        .headers({ "tus-extension": TUS_EXTENSIONS.join(","), "tus-max-size": maxSize })
        .send(null);
    },
  });

  app.route({
    ...create_upload,
    handler: async (request, reply) => {
      const { "upload-length": size, "upload-metadata": metadata = "" } = request.headers;
      const { filename, options } = readMetadata(metadata);
      if (size === 0) throw emptyFile(filename);
      if (size > context.max_upload_bytes) throw tooLarge(filename, context.max_upload_bytes);
      await readNamedProfile(context.pool, options);
      const file = randomUUID();
      const upload = { actor: request.actor, filename, size, options, file, store_id: context.store.id };
      const uploader = { user_id: request.identity?.user_id ?? 0, client: request.quota_key };
      const id = await createUpload(context, upload, size, uploader);
      const import_ = (await readImport(context.pool, id)) as Import;
      return reply
        .code(201)
        .headers({ location: `/api/uploads/${file}`, ...expires(import_) })
        .send(import_);
    },
  });
}

/** Inserts the import. If the client now exceeds its limits, ends other unfinished uploads of this client. */
async function createUpload(
  context: UploadRoutesContext,
  upload: NewImport,
  size: number,
  uploader: Uploader,
): Promise<number> {
  const limits = { uploads: MAX_CLIENT_UPLOADS, bytes: MAX_CLIENT_FILES * context.max_upload_bytes };
  const { id, evictions } = await withCertainCommit(context.pool, async (db) => {
    const freeBytes = (await uploadDisk(context)?.freeBytes()) ?? Infinity;
    const open = await listOpenUploads(db);
    const evictions = chooseEvictions(open, uploader.client, size, { ...limits, free_bytes: freeBytes });
    if (evictions === undefined) throw diskFull(upload.filename);
    if (open.length - evictions.length >= MAX_UPLOADS) throw tooManyUploads(MAX_UPLOADS);
    return { id: await insertUpload(db, upload, uploader, KEPT_HOURS), evictions };
  });
  for (const { id: evictedId, filename } of evictions)
    await finishImport(context, evictedId, "failed", evicted(filename, MAX_CLIENT_UPLOADS), (db) =>
      isOpenUpload(db, evictedId),
    );
  return id;
}

function transferRoutes(scope: FastifyInstance, context: UploadRoutesContext, uploads: OpenUploads): void {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;
  /** Runs `work` with exclusive use of the upload. */
  const withUpload = async <T>(
    request: UploadRequest,
    stop: () => void,
    work: (upload: StoredUpload) => Promise<T>,
  ): Promise<T> => {
    const file = request.params.upload_id;
    // Check the owner first: `acquire` ends the request that is using the upload, which may be the request of the owner.
    await assertOwner(pool, request);
    const release = await uploads.acquire(file, stop);
    try {
      return await work(await openUpload(pool, file));
    } finally {
      release();
    }
  };

  app.route({
    ...read_upload,
    handler: (request, reply) =>
      withUpload(request, nothing, async (upload) => {
        const offset = await offsetOf(context, uploads, upload);
        const headers = { "upload-offset": offset.toString(), "upload-length": upload.size.toString() };
        return reply
          .code(204)
          .headers({ ...headers, ...expires(upload) })
          .send(null);
      }),
  });

  app.route({
    ...append_upload,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    handler: (request, reply) => {
      const stop = (): void => void request.raw.destroy();
      return withUpload(request, stop, async (upload) => {
        const sent = { offset: request.headers["upload-offset"], bytes: requireBody(request), stop };
        const offset = await appendBytes(context, uploads, upload, sent);
        // Each request renews the expiry. A complete upload does not expire.
        const { is_whole, upload_expires_at } = (await findUpload(pool, upload.file)) ?? upload;
        return reply
          .code(204)
          .headers({ "upload-offset": offset.toString(), ...(is_whole ? {} : expires({ upload_expires_at })) })
          .send(null);
      });
    },
  });

  app.route({
    ...discard_upload,
    handler: (request, reply) =>
      withUpload(request, nothing, async ({ id, filename, is_whole }) => {
        if (is_whole)
          throw new Problem(
            "already-finished",
            `The upload of "${filename}" is complete. To stop its import, cancel import ${id.toString()}.`,
          );
        await requestCancel(pool, id);
        await finishImport(context, id, "cancelled");
        return reply.code(204).send(null);
      }),
  });
}

const nothing = (): void => undefined;

type UploadRequest = Pick<FastifyRequest, "identity"> & { params: { upload_id: string } };

/** An upload belongs to the user that has begun it, with any session or key. Administrators may continue and discard all uploads.
 * @throws Problem not-found */
async function assertOwner(pool: UploadRoutesContext["pool"], { identity, params }: UploadRequest): Promise<void> {
  if (identity?.role === "admin") return;
  const upload = await findUpload(pool, params.upload_id);
  if (upload === undefined || upload.upload_user_id !== identity?.user_id) throw unknownUpload();
}

async function openUpload(pool: UploadRoutesContext["pool"], file: string): Promise<StoredUpload> {
  const upload = await findUpload(pool, file);
  if (upload === undefined) throw unknownUpload();
  const isResumable = (upload.state === "receiving" || upload.state === "paused") && !upload.is_expired;
  if (!upload.is_whole && !isResumable) throw uploadGone(upload.filename);
  return upload;
}

function requireBody(request: FastifyRequest): AsyncIterable<Buffer> {
  const bytes = bodyOf(request);
  if (bytes !== undefined) return bytes;
  throw new Problem(
    "unsupported-media-type",
    `The request has no body. Send the bytes with Content-Type ${PART_TYPE}.`,
  );
}

function expires({ upload_expires_at }: Pick<Import, "upload_expires_at">): Record<string, string> {
  return upload_expires_at === null ? {} : { "upload-expires": new Date(upload_expires_at).toUTCString() };
}

const wrongVersion = (given: string | string[] | undefined): Problem =>
  new Problem(
    "tus-version",
    `${given === undefined ? "The header Tus-Resumable is missing" : `The server does not support tus version ${String(given)}`}. Send the header "Tus-Resumable: ${TUS_VERSION}".`,
  );
