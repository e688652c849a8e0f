// HTTP routes of imports.
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
import { checkAnswer } from "./preview/preview-held.ts";
import { createPreviewer, type Previewer } from "./preview/preview-in-thread.ts";
import { goneSignal, previewRoutes } from "./preview/routes.ts";
import { withDeclaredEncoding } from "./receive/declared-encoding.ts";
import { isForm, receiveForm } from "./receive/receive-form.ts";
import { receiveImport, type Upload } from "./receive/receive.ts";
import { rejectRoutes } from "./rejects/routes.ts";
import { bodyOf } from "./receive/request-body.ts";
import { listImports, noSuchImport, readListedImport, requestCancel, requireImport } from "./store.ts";
import { uploadRoutes } from "./receive/upload/routes.ts";
import {
  cancel_import,
  continue_import,
  create_import,
  get_import,
  isTerminal,
  list_imports,
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
  const previewer = createPreviewer();
  instance.addHook("onClose", () => previewer.close());
  previewRoutes(instance, context, previewer);
  uploadRoutes(instance, context);
  stateRoutes(instance, context);
  continueRoute(instance, context, previewer);
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
        const upload: Upload = {
          filename,
          size: contentLength(request),
          options,
          actor: request.actor,
          max_bytes: maxBytes,
        };
        const bytes = fileOf(request);
        const import_ = await (isForm(request.headers)
          ? receiveForm(context, upload, request.headers, bytes)
          : receiveImport(context, upload, bytes));
        return reply.code(201).header("location", `/api/imports/${import_.id}`).send(import_);
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

function continueRoute(instance: FastifyInstance, context: ImportRoutesContext, previewer: Previewer): void {
  instance.withTypeProvider<ZodTypeProvider>().route({
    ...continue_import,
    handler: async ({ params: { id }, body }, reply) => {
      await checkAnswer({ context, previewer }, { id, answer: body }, goneSignal(reply));
      await continueImport(context, id, body);
      return reply.code(202).send(await requireImport(context.pool, id));
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
