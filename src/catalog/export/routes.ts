// HTTP routes of exports.
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { exportProducts } from "./export-products.ts";
import { export_products } from "../../../contract/catalog/export.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of exports that run at the same time. An export holds a connection of the pool until the client has read the whole file,
 * and other requests need connections too. */
const MAX_EXPORTS = 4;
/** How long the client may take to read a chunk of 128 kB. Clients that read less than about 2 kB per second are disconnected. */
const PATIENCE_MS = 60_000;

export function exportRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const maxExports = Math.max(1, Math.min(MAX_EXPORTS, Math.floor(pool.options.max / 2)));
  let running = 0;

  app.route({
    ...export_products,
    handler: async (request, reply) => {
      if (running >= maxExports) {
        reply.header("retry-after", "10");
        throw new Problem(
          "too-many-exports",
          `${running} exports are already running. Try again when one of them has ended.`,
        );
      }
      running++;
      const file = await exportProducts(pool, request.query, { patience_ms: PATIENCE_MS }).catch((error: unknown) => {
        running--;
        throw error;
      });
      file.bytes.once("close", () => running--);
      reply
        .type(file.media_type.startsWith("text/") ? `${file.media_type}; charset=utf-8` : file.media_type)
        .header("content-disposition", `attachment; filename="${file.filename}"`)
        .header("cache-control", "no-store")
        .serializer((payload: unknown) => payload as string);
      if (request.method === "HEAD") {
        file.bytes.destroy();
        return reply.send(Readable.from([]) as never);
      }
      // Write the entry of the audit log before any byte is sent. If the entry cannot be written, the catalogue must not be exported.
      await request
        .audit(pool, { action: "catalogue-exported", detail: { format: request.query.format } })
        .catch((error: unknown) => {
          file.bytes.destroy();
          throw error;
        });
      return reply.send(file.bytes as never);
    },
  });
}
