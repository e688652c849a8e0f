// The HTTP of imports.
import { Busboy } from "@fastify/busboy";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Readable } from "node:stream";
import type { Listener } from "../events/listen.ts";
import type { SendStates } from "../http/sse.ts";
import type { ImportContext } from "./context.ts";
import { finishImport } from "./finish-import.ts";
import { receiveImport, type Upload } from "./receive.ts";
import { rejectsCsv } from "./rejects-csv.ts";
import { listImports, listRejects, readImport, requestCancel } from "./store.ts";
import {
  cancel_import,
  create_import,
  download_rejects,
  get_import,
  import_query,
  isTerminal,
  list_imports,
  list_rejects,
  watch_import,
  type Import,
  type ImportState,
} from "../../contract/imports.ts";
import { Problem } from "../../contract/problems.ts";

export interface ImportRoutesContext extends ImportContext {
  listener: Listener;
  sendStates: SendStates;
  max_upload_bytes: number;
}

export function importRoutes(instance: FastifyInstance, context: ImportRoutesContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;
  const found = async (id: number): Promise<Import> => {
    const import_ = await readImport(pool, id);
    if (import_ === undefined) throw new Problem("not-found", `There is no import ${id}.`);
    return import_;
  };

  app.register((scope, _options, done) => {
    // The body is taken as it comes: nothing here may read it first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      ["text/csv", "application/octet-stream", "multipart/form-data"],
      (_request, payload, parsed) => {
        parsed(null, payload);
      },
    );
    scope.withTypeProvider<ZodTypeProvider>().route({
      ...create_import,
      // A file takes as long as the sender's line needs.
      bodyLimit: Number.MAX_SAFE_INTEGER,
      handler: async (request, reply) => {
        const { filename, ...options } = request.query;
        const upload: Upload = {
          filename: filename ?? "upload.csv",
          size: contentLength(request),
          options: options,
          actor: "local",
          max_bytes: context.max_upload_bytes,
        };
        const import_ = await (isMultipart(request)
          ? receiveForm(context, upload, request)
          : receiveImport(context, upload, bodyOf(request)));
        return reply.code(201).header("location", `/api/imports/${import_.id}`).send(import_);
      },
    });
    done();
  });

  app.route({
    ...list_imports,
    handler: async ({ query: { limit, before } }) => {
      const items = await listImports(pool, limit, before);
      return { items, next_before: items.length === limit ? (items.at(-1)?.id ?? null) : null };
    },
  });

  app.route({ ...get_import, handler: ({ params }) => found(params.id) });

  app.route({
    ...cancel_import,
    handler: async ({ params: { id } }, reply) => {
      await found(id);
      if (!(await requestCancel(pool, id))) {
        const { state } = await found(id);
        throw new Problem("already-finished", `Import ${id} is ${state}; there is nothing to cancel.`);
      }
      const import_ = await found(id);
      // A file that waits for a person has no worker that would notice.
      if (import_.state === "ready") await finishImport(context, id, "cancelled");
      return reply.code(202).send(await found(id));
    },
  });

  app.route({
    ...list_rejects,
    handler: async ({ params: { id }, query: { limit, after, code } }) => {
      await found(id);
      const items = await listRejects(pool, id, { limit, after, code });
      const shown = items.map((item) => ({ ...item, raw: item.raw.slice(0, SHOWN_RAW) }));
      return { items: shown, next_after: items.length === limit ? (items.at(-1)?.row ?? null) : null };
    },
  });

  app.route({
    ...download_rejects,
    handler: async ({ params: { id } }, reply) => {
      const import_ = await found(id);
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="rejects-of-import-${id}.csv"`)
        .serializer((payload: unknown) => payload as string)
        .send(rejectsCsv(pool, import_) as never);
    },
  });

  app.route({
    ...watch_import,
    handler: async (request, reply) => {
      const { id } = request.params;
      await found(id);
      context.sendStates<Import>(request, reply, {
        event: "import",
        read: () => readImport(pool, id),
        subscribe: (changed) =>
          context.listener.subscribe((payload) => {
            const [changed_id, state] = payload?.split(" ") ?? [];
            if (payload === null || changed_id === String(id)) changed(isTerminal(state as ImportState));
          }),
        version: ({ version }) => version,
        isLast: ({ state }) => isTerminal(state),
      });
      return reply;
    },
  });
}

/** Characters of a raw record in a page of rejects; the CSV has them all. */
const SHOWN_RAW = 10_000;

const bodyOf = (request: FastifyRequest): Readable => {
  if (request.body === undefined || request.body === null) {
    throw new Problem(
      "empty-file",
      "The request has no body. Send the file as the body, or as the field `file` of a form.",
    );
  }
  return request.body as Readable;
};

function contentLength(request: FastifyRequest): number | null {
  const length = Number(request.headers["content-length"] ?? Number.NaN);
  return Number.isSafeInteger(length) && !isMultipart(request) ? length : null;
}

const isMultipart = (request: FastifyRequest): boolean =>
  /^multipart\/form-data\b/i.test(request.headers["content-type"] ?? "");

/** A form: its fields are options, and the field `file` is the file. */
async function receiveForm(context: ImportContext, upload: Upload, request: FastifyRequest): Promise<Import> {
  const body = bodyOf(request);
  const form = new Busboy({
    headers: request.headers as Record<string, string> & { "content-type": string },
    limits: { files: 1, fields: 50, fieldSize: 1000, parts: 60 },
  });
  const fields: Record<string, string> = {};
  return new Promise<Import>((resolve, reject) => {
    let has_file = false;
    form.on("field", (name: string, value: string) => (fields[name] = value));
    form.on("file", (name: string, stream: Readable, filename: string) => {
      if (name !== "file") {
        stream.resume();
        reject(new Problem("invalid-request", `The form's file stands in the field "${name}"; it belongs in "file".`));
        return;
      }
      has_file = true;
      const options = import_query.safeParse({ ...upload.options, ...fields });
      if (!options.success) {
        stream.resume();
        const errors = options.error.issues.map(({ path, message }) => ({
          pointer: `/body/${path.join("/")}`,
          detail: message,
        }));
        reject(
          new Problem("invalid-request", errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; "), {
            extra: { errors },
          }),
        );
        return;
      }
      receiveImport(context, { ...upload, filename: filename || upload.filename, options: options.data }, stream).then(
        resolve,
        reject,
      );
    });
    form.on("finish", () => {
      if (!has_file) reject(new Problem("invalid-request", "The form has no file. Send it as the field `file`."));
    });
    form.on("error", (error: unknown) => {
      reject(
        new Problem("invalid-request", "The form cannot be read. Check its boundary and its parts.", { cause: error }),
      );
    });
    body.on("error", (error) => form.destroy(error));
    body.on("aborted", () => form.destroy(Object.assign(new Error("the sender went away"), { code: "ECONNRESET" })));
    body.pipe(form);
  });
}
