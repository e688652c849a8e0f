// HTTP routes of previews: of a file that the client sends, and of the file of a held import.
import { finished } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import type { ImportContext } from "../context.ts";
import { readNamedProfile } from "../../profiles/known-profiles.ts";
import { withDeclaredEncoding } from "../receive/declared-encoding.ts";
import { previewContext, previewHeld } from "./preview-held.ts";
import { tooManyPreviews, type Previewer } from "./preview-in-thread.ts";
import { MAX_PREVIEW_BYTES, preview_held_import, preview_import } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of preview bodies in memory, including those that are still arriving. Each has up to 1 MB. */
const MAX_PREVIEW_BODIES = 16;

export function previewRoutes(
  instance: FastifyInstance,
  context: Pick<ImportContext, "pool" | "store" | "disk">,
  previewer: Previewer,
): void {
  instance.register((scope, _options, done) => {
    scope.addHook("onError", (_request, reply, error, next) => {
      if (error instanceof Problem && error.slug === "too-many-previews") reply.header("retry-after", "5");
      next();
    });
    sentRoute(scope, context.pool, previewer);
    heldRoute(scope, context, previewer);
    done();
  });
}

function sentRoute(instance: FastifyInstance, pool: pg.Pool, previewer: Previewer): void {
  let bodies = 0;
  instance.register((scope, _options, done) => {
    scope.addHook("onRequest", (_request, reply, next) => {
      if (bodies >= MAX_PREVIEW_BODIES) throw tooManyPreviews(bodies);
      bodies++;
      // `finished` also calls this function if the client closes the connection before it has sent the whole body.
      finished(reply.raw, () => bodies--);
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
          query: { size, ...query },
        } = request;
        if (!Buffer.isBuffer(body) || body.length === 0)
          throw new Problem("empty-file", "The request has no body. Send the first bytes of the file.");
        const isWhole = size === undefined || size <= body.length;
        const options = withDeclaredEncoding(query, request);
        const gone = goneSignal(reply);
        const context = await previewContext(pool, options, await readNamedProfile(pool, options));
        return previewer.preview({ source: { kind: "bytes", bytes: body, is_whole: isWhole }, options, context }, gone);
      },
    });
    done();
  });
}

function heldRoute(
  instance: FastifyInstance,
  context: Pick<ImportContext, "pool" | "store" | "disk">,
  previewer: Previewer,
): void {
  instance.withTypeProvider<ZodTypeProvider>().route({
    ...preview_held_import,
    handler: async ({ params: { id }, body }, reply) => {
      return previewHeld({ context, previewer }, { id, answer: body }, goneSignal(reply));
    },
  });
}

/** Aborts when the client has closed the connection. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    gone.abort();
  });
  return gone.signal;
}
