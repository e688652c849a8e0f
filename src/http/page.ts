// Serves the built page: assets with hashed names, and index.html for every address outside the API.
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { isPagePath } from "./access/documents.ts";
import { noSuchRoute, sendProblem } from "./problems.ts";

const DIST = join(import.meta.dirname, "../../dist");
export async function servePage(app: FastifyInstance): Promise<void> {
  const isBuilt = existsSync(join(DIST, "index.html"));
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: DIST,
      wildcard: false,
      index: false,
      setHeaders(reply, path) {
        const hashed = path.includes(`${DIST}/assets/`);
        reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    if (!isPagePath(request)) return sendProblem(request, reply, noSuchRoute(request));
    if (!isBuilt) return reply.type("text/plain").send("The page is not built. Run: npm run build\n");
    return reply.header("cache-control", "no-cache").sendFile("index.html");
  });
}
