// HTTP routes of imports.
import { finished } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { decodeIntegerCursor, toPage } from "../cursor.ts";
import { IMPORT_CHANNEL } from "../events/channels.ts";
import type { Listener } from "../events/listen.ts";
import type { SendStates, StateSource } from "../events/state-stream.ts";
import type { ImportContext } from "./context.ts";
import { choiceRoutes } from "./choices/routes.ts";
import { continueImport } from "./held/hold-import.ts";
import { finishImport } from "./finish-import.ts";
import { createPreviewer, tooManyPreviews } from "./preview/preview-in-thread.ts";
import { withDeclaredEncoding } from "./receive/declared-encoding.ts";
import { selects } from "../profiles/choose-profile.ts";
import { readKnownProfiles, readNamedProfile } from "../profiles/known-profiles.ts";
import { isForm, receiveForm, type FormUpload } from "./receive/receive-form.ts";
import { receiveImport } from "./receive/receive.ts";
import { rejectRoutes } from "./rejects/routes.ts";
import { bodyOf } from "./receive/request-body.ts";
import { listImports, noSuchImport, readListedImport, requestCancel, requireImport } from "./store.ts";
import { uploadRoutes } from "./receive/upload/routes.ts";
import {
  cancel_import,
  completeOptions,
  continue_import,
  create_import,
  get_import,
  isTerminal,
  list_imports,
  MAX_PREVIEW_BYTES,
  preview_import,
  watch_import,
  type ImportState,
  type ListedImport,
} from "../../contract/imports/imports.ts";
import { Problem } from "../../contract/problems.ts";

export interface ImportRoutesContext extends ImportContext {
  listener: Listener;
  sendStates: SendStates;
  max_upload_bytes: number;
}

export function importRoutes(instance: FastifyInstance, context: ImportRoutesContext): void {
  receiveRoute(instance, context);
  previewRoute(instance, context);
  uploadRoutes(instance, context);
  stateRoutes(instance, context);
  rejectRoutes(instance, context);
  choiceRoutes(instance, context);
}

function receiveRoute(instance: FastifyInstance, context: ImportRoutesContext): void {
  instance.register((scope, _options, done) => {
    // These routes stream the body, so no parser may read it first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [...create_import.schema.file_body.types, "multipart/form-data"],
      (_request, payload, parsed) => {
        parsed(null, payload);
      },
    );
    scope.withTypeProvider<ZodTypeProvider>().route({
      ...create_import,
      // `receiveImport` limits the size of the file instead.
      bodyLimit: Number.MAX_SAFE_INTEGER,
      handler: async (request, reply) => {
        const { filename = "upload.csv", ...query } = request.query;
        const options = withDeclaredEncoding(query, request);
        const { max_upload_bytes: maxBytes } = context;
        const upload: FormUpload = {
          filename,
          size: contentLength(request),
          options,
          actor: request.actor,
          max_bytes: maxBytes,
        };
        const bytes = fileOf(request);
        const import_ = await (isForm(request.headers)
          ? receiveForm(context, upload, request.headers, bytes)
          : receiveImport(context, { ...upload, options: completeOptions(options) }, bytes));
        return reply.code(201).header("location", `/api/imports/${import_.id}`).send(import_);
      },
    });
    done();
  });
}

/** Maximum number of preview bodies in memory, including those that are still arriving. Each has up to 1 MB. */
const MAX_PREVIEW_BODIES = 16;

function previewRoute(instance: FastifyInstance, { pool }: ImportRoutesContext): void {
  const previewer = createPreviewer();
  let bodies = 0;
  instance.addHook("onClose", () => previewer.close());
  instance.register((scope, _options, done) => {
    scope.addHook("onRequest", (_request, reply, next) => {
      if (bodies >= MAX_PREVIEW_BODIES) throw tooManyPreviews(bodies);
      bodies++;
      // `finished` also calls this when the client closes the connection while it is sending the body.
      finished(reply.raw, () => bodies--);
      next();
    });
    scope.addHook("onError", (_request, reply, error, next) => {
      if (error instanceof Problem && error.slug === "too-many-previews") reply.header("retry-after", "5");
      next();
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [...preview_import.schema.file_body.types],
      { parseAs: "buffer" },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.withTypeProvider<ZodTypeProvider>().route({
      ...preview_import,
      bodyLimit: MAX_PREVIEW_BYTES,
      handler: async (request, reply) => {
        const {
          body,
          query: { size, ...options },
        } = request;
        if (!Buffer.isBuffer(body) || body.length === 0)
          throw new Problem("empty-file", "The request has no body. Send the first bytes of the file.");
        const isWhole = size === undefined || size <= body.length;
        const gone = new AbortController();
        reply.raw.once("close", () => {
          gone.abort();
        });
        const given = withDeclaredEncoding(completeOptions(options), request);
        const named = await readNamedProfile(pool, given);
        const profiles = { named, known: named === null && selects(given) ? await readKnownProfiles(pool) : [] };
        return previewer.preview({ bytes: body, is_whole: isWhole, options: given, profiles }, gone.signal);
      },
    });
    done();
  });
}

function fileOf(request: FastifyRequest): AsyncIterable<Buffer> {
  const bytes = bodyOf(request);
  if (bytes !== undefined) return bytes;
  throw new Problem(
    "empty-file",
    'The request has no body. Send the file as the body, or in the field "file" of a form.',
  );
}

function contentLength({ headers }: FastifyRequest): number | null {
  const length = Number(headers["content-length"] ?? Number.NaN);
  return Number.isSafeInteger(length) && !isForm(headers) ? length : null;
}

function stateRoutes(instance: FastifyInstance, context: ImportRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;

  app.route({
    ...list_imports,
    handler: async ({ query: { limit, cursor, sha256 } }) => {
      const before = decodeIntegerCursor("imports", cursor);
      const found = await listImports(pool, { limit: limit + 1, before, sha256 });
      return toPage("imports", found, limit, ({ id }) => [id]);
    },
  });

  app.route({ ...get_import, handler: ({ params }) => requireImport(pool, params.id) });

  app.route({
    ...cancel_import,
    handler: async ({ params: { id } }, reply) => {
      await requireImport(pool, id);
      if (!(await requestCancel(pool, id))) {
        const { state } = await requireImport(pool, id);
        throw new Problem("already-finished", `Import ${id} cannot be cancelled because it has ended: it is ${state}.`);
      }
      const import_ = await requireImport(pool, id);
      if (!IS_ENDED_BY_WORKER[import_.state]) await finishImport(context, id, "cancelled");
      return reply.code(202).send(await requireImport(pool, id));
    },
  });

  app.route({
    ...continue_import,
    handler: async ({ params: { id }, body }, reply) => {
      await continueImport(context, await requireImport(pool, id), body);
      return reply.code(202).send(await requireImport(pool, id));
    },
  });

  app.route({
    ...watch_import,
    handler: async (request, reply) => {
      const { id } = request.params;
      await context.sendStates<ListedImport>(request, reply, {
        event: "import",
        id,
        read: () => readListedImport(pool, id),
        subscribe: (changed) =>
          context.listener.subscribe(IMPORT_CHANNEL, (payload) => {
            const [changedId, state] = payload?.split(" ") ?? [];
            if (payload === null || changedId === String(id)) changed(isTerminal(state as ImportState));
          }),
        isLast: ({ state }) => isTerminal(state),
        missing: () => noSuchImport(id),
      });
      return reply;
    },
  });
}

/** Whether a worker notices a cancel in this state and ends the import. While a file is being received, only the request that
 * sends it would notice, and that request may be stalled. */
const IS_ENDED_BY_WORKER: Record<ImportState, boolean> = {
  receiving: false,
  paused: false,
  scanning: true,
  held: false,
  ready: false,
  loading: true,
  finishing: true,
  done: true,
  cancelled: true,
  failed: true,
};

/** Number of recent imports that the stream of all imports sends at its start. */
const RECENT = 20;

/** Source of the event stream of all imports. */
export const importSource = (pool: pg.Pool): StateSource => ({
  event: "import",
  channel: IMPORT_CHANNEL,
  listRecent: () => listImports(pool, { limit: RECENT }),
  read: (id) => readListedImport(pool, id),
});
