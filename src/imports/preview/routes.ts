// HTTP routes of previews: of a file that the client sends, and of the file of a held import.
import { finished } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { readChoices } from "../choices/store.ts";
import type { ImportContext } from "../context.ts";
import { selects } from "../../profiles/choose-profile.ts";
import { readKnownProfiles, readNamedProfile } from "../../profiles/known-profiles.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { withDeclaredEncoding } from "../receive/declared-encoding.ts";
import { jobOfHeld } from "./held-job.ts";
import { createPreviewer, tooManyPreviews, type Previewer } from "./preview-in-thread.ts";
import type { PreviewContext } from "./profiled-head.ts";
import {
  MAX_PREVIEW_BYTES,
  preview_held_import,
  preview_import,
  type GivenOptions,
} from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of preview bodies in memory, including those that are still arriving. Each has up to 1 MB. */
const MAX_PREVIEW_BODIES = 16;

export function previewRoutes(instance: FastifyInstance, context: Pick<ImportContext, "pool" | "files_dir">): void {
  const previewer = createPreviewer();
  instance.addHook("onClose", () => previewer.close());
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
      // `finished` also calls this when the client closes the connection while it is sending the body.
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
        const context = await contextOf(pool, options, await readNamedProfile(pool, options));
        return previewer.preview({ source: { kind: "bytes", bytes: body, is_whole: isWhole }, options, context }, gone);
      },
    });
    done();
  });
}

function heldRoute(
  instance: FastifyInstance,
  context: Pick<ImportContext, "pool" | "files_dir">,
  previewer: Previewer,
): void {
  instance.withTypeProvider<ZodTypeProvider>().route({
    ...preview_held_import,
    handler: async ({ params: { id }, body }, reply) => {
      const gone = goneSignal(reply);
      const { source, options, profile } = await jobOfHeld(context, id, body);
      const job = { source, options, context: await contextOf(context.pool, options, profile) };
      return previewer.preview(job, gone);
    },
  });
}

/** Aborts when the client has closed the connection. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    gone.abort();
  });
  return gone.signal;
}

async function contextOf(pool: pg.Pool, options: GivenOptions, named: KnownProfile | null): Promise<PreviewContext> {
  if (named !== null || options.mapping !== undefined) return { named };
  return { named, known: selects(options) ? await readKnownProfiles(pool) : [], choices: await readChoices(pool) };
}
