// The HTTP of uploads that come in parts (tus 1.0).
import { randomUUID } from "node:crypto";
import { mkdir, statfs } from "node:fs/promises";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { withTransaction } from "../../db/connect.ts";
import type { ImportContext } from "../context.ts";
import { finishImport } from "../finish-import.ts";
import { tooLarge } from "../receive.ts";
import { bodyOf } from "../request-body.ts";
import { readImport, requestCancel } from "../store.ts";
import { appendPart, offsetOf } from "./append.ts";
import { readMetadata } from "./metadata.ts";
import { createOpenUploads, type OpenUploads } from "./open-uploads.ts";
import { gone, KEPT_HOURS, unknown } from "./problems.ts";
import { countOpenUploads, findUpload, insertUpload, type StoredUpload } from "./store.ts";
import type { Import } from "../../../contract/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import {
  append_upload,
  create_upload,
  describe_uploads,
  discard_upload,
  PART_TYPE,
  read_upload,
  TUS_EXTENSIONS,
  TUS_VERSION,
} from "../../../contract/uploads.ts";

/** Unfinished uploads that there may be, so that nobody fills the data folder with beginnings. */
const MAX_OPEN = 100;

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
      const max_size = context.max_upload_bytes.toString();
      return reply
        .code(204)
        .headers({ "tus-extension": TUS_EXTENSIONS.join(","), "tus-max-size": max_size })
        .send(null);
    },
  });

  app.route({
    ...create_upload,
    handler: async ({ headers }, reply) => {
      const { "upload-length": size, "upload-metadata": metadata = "" } = headers;
      const { filename, options } = readMetadata(metadata);
      if (size === 0) throw new Problem("empty-file", `"${filename}" is empty. Check the export that made it.`);
      if (size > context.max_upload_bytes) throw tooLarge(filename, context.max_upload_bytes);
      const file = randomUUID();
      const id = await withTransaction(context.pool, async (client) => {
        const { uploads, missing } = await countOpenUploads(client);
        if (uploads >= MAX_OPEN) throw tooMany();
        await checkRoom(context, filename, size + missing);
        return insertUpload(client, { actor: "local", filename, size, options, file }, KEPT_HOURS);
      });
      const import_ = (await readImport(context.pool, id)) as Import;
      return reply
        .code(201)
        .headers({ location: `/api/uploads/${file}`, ...expires(import_) })
        .send(import_);
    },
  });
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
  const may_go_on = (upload.state === "receiving" || upload.state === "paused") && !upload.is_expired;
  if (!upload.is_whole && !may_go_on) throw gone(upload.filename);
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

/** The other unfinished uploads want their room too. */
async function checkRoom({ files_dir }: UploadRoutesContext, filename: string, wanted: number): Promise<void> {
  await mkdir(files_dir, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(files_dir);
  if (bavail * bsize >= wanted) return;
  throw new Problem(
    "no-space",
    `The data folder has no room for "${filename}" beside the other unfinished uploads. Make room, or discard some of them.`,
  );
}

const tooMany = (): Problem =>
  new Problem(
    "too-many-uploads",
    `${MAX_OPEN.toString()} uploads are unfinished. Finish or discard some of them before you begin another.`,
  );

const wrongVersion = (said: string | string[] | undefined): Problem =>
  new Problem("tus-version", `Say Tus-Resumable: ${TUS_VERSION}${said === undefined ? "" : `, not ${String(said)}`}.`);
