// Lets upload clients behind proxies that block PATCH and DELETE send these requests as POST
// (https://tus.io/protocols/resumable-upload#x-http-method-override).
import type { IncomingMessage } from "node:http";

const UPLOAD = /^\/api\/uploads\//;
const METHODS: ReadonlySet<string> = new Set(["PATCH", "DELETE"]);

/** Fastify calls this function before it chooses a route. The function changes the method and returns the URL unmodified. */
export function overrideMethod(request: IncomingMessage): string {
  const { url = "/", method, headers } = request;
  const override = String(headers["x-http-method-override"] ?? "").toUpperCase();
  if (method === "POST" && UPLOAD.test(url) && METHODS.has(override)) request.method = override;
  return url;
}
