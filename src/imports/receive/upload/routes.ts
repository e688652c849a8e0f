// The HTTP of uploads that come in parts (tus 1.0).
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { withCertainCommit } from "../../../db/connection/certain-commit.ts";
import type { ImportContext } from "../../context.ts";
import { diskFull } from "../../disk-room.ts";
import { finishImport } from "../../finish-import.ts";
import { tooLarge } from "../receive.ts";
import { bodyOf } from "../request-body.ts";
import { readImport, requestCancel, type NewImport } from "../../store.ts";
import { appendPart, offsetOf } from "./append.ts";
import { readMetadata } from "./metadata.ts";
import { chooseToEnd } from "./yield-upload.ts";
import { createOpenUploads, type OpenUploads } from "./open-uploads.ts";
import { gaveWay, gone, KEPT_HOURS, tooMany, unknown } from "./problems.ts";
import { findUpload, isOpenUpload, listOpenUploads, insertUpload, type StoredUpload } from "./store.ts";
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

/** Unfinished uploads of one client. */
const CLIENT_UPLOADS = 20;
/** Their bytes, in largest files: two files of any size can be sent at the same time. */
const CLIENT_FILES = 2;
/** Unfinished uploads of all clients: only a program that forges its address gets there. */
const MAX_OPEN = 1000;

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
      const { "tus-resumable": said } = request.headers;
      next(request.method === "OPTIONS" || said === TUS_VERSION ? undefined : wrongVersion(said));
    });
    beginRoutes(scope, context);
    partRoutes(scope, context, uploads);
    done();
  });
}

function beginRoutes(scope: FastifyInstance, context: UploadRoutesContext): void {
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
      if (size === 0) throw new Problem("empty-file", `"${filename}" is empty. Check the export that made it.`);
      if (size > context.max_upload_bytes) throw tooLarge(filename, context.max_upload_bytes);
      const file = randomUUID();
      const made = { actor: request.actor, filename, size, options, file };
      const id = await beginUpload(context, made, size, request.client);
      const import_ = (await readImport(context.pool, id)) as Import;
      return reply
        .code(201)
        .headers({ location: `/api/uploads/${file}`, ...expires(import_) })
        .send(import_);
    },
  });
}

/** Makes the import; unfinished uploads of the same client give way to it. */
async function beginUpload(
  context: UploadRoutesContext,
  made: NewImport,
  size: number,
  client: string,
): Promise<number> {
  const limits = { uploads: CLIENT_UPLOADS, bytes: CLIENT_FILES * context.max_upload_bytes };
  const { id, ended } = await withCertainCommit(context.pool, async (db) => {
    const room = (await context.disk?.freeBytes()) ?? Infinity;
    const open = await listOpenUploads(db);
    const ended = chooseToEnd(open, client, size, { ...limits, room });
    if (ended === undefined) throw diskFull(made.filename);
    if (open.length - ended.length >= MAX_OPEN) throw tooMany(MAX_OPEN);
    return { id: await insertUpload(db, made, client, KEPT_HOURS), ended };
  });
  for (const { id: endedId, filename } of ended)
    await finishImport(context, endedId, "failed", gaveWay(filename, CLIENT_UPLOADS), (db) =>
      isOpenUpload(db, endedId),
    );
  return id;
}

function partRoutes(scope: FastifyInstance, context: UploadRoutesContext, uploads: OpenUploads): void {
  const app = scope.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;
  /** Does `work` with the upload while nobody else does. */
  const inTurn = async <T>(file: string, stop: () => void, work: (upload: StoredUpload) => Promise<T>): Promise<T> => {
    const end = await uploads.take(file, stop);
    try {
      return await work(await openUpload(pool, file));
    } finally {
      end();
    }
  };

  app.route({
    ...read_upload,
    handler: ({ params: { upload_id } }, reply) =>
      inTurn(upload_id, nothing, async (upload) => {
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
      return inTurn(request.params.upload_id, stop, async (upload) => {
        const offset = await append(context, uploads, upload, request, request.headers["upload-offset"], stop);
        // Each part gives the rest its time anew; what is whole has none.
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
    handler: ({ params: { upload_id } }, reply) =>
      inTurn(upload_id, nothing, async ({ id, filename, is_whole }) => {
        if (is_whole)
          throw new Problem("already-finished", `"${filename}" has come whole. Cancel its import, ${id.toString()}.`);
        await requestCancel(pool, id);
        await finishImport(context, id, "cancelled");
        return reply.code(204).send(null);
      }),
  });
}

const nothing = (): void => undefined;

async function openUpload(pool: UploadRoutesContext["pool"], file: string): Promise<StoredUpload> {
  const upload = await findUpload(pool, file);
  if (upload === undefined) throw unknown();
  const mayGoOn = (upload.state === "receiving" || upload.state === "paused") && !upload.is_expired;
  if (!upload.is_whole && !mayGoOn) throw gone(upload.filename);
  return upload;
}

function append(
  context: UploadRoutesContext,
  uploads: OpenUploads,
  upload: StoredUpload,
  request: FastifyRequest,
  offset: number,
  stop: () => void,
): Promise<number> {
  const bytes = bodyOf(request);
  if (bytes === undefined) throw new Problem("unsupported-media-type", `Send the part as ${PART_TYPE}.`);
  return appendPart(context, uploads, upload, offset, bytes, stop);
}

function expires({ upload_expires_at }: Pick<Import, "upload_expires_at">): Record<string, string> {
  return upload_expires_at === null ? {} : { "upload-expires": new Date(upload_expires_at).toUTCString() };
}

const wrongVersion = (said: string | string[] | undefined): Problem =>
  new Problem("tus-version", `Say Tus-Resumable: ${TUS_VERSION}${said === undefined ? "" : `, not ${String(said)}`}.`);
