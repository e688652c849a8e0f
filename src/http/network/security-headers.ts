// Security headers of all responses.
import helmet, { type FastifyHelmetOptions } from "@fastify/helmet";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sign_out } from "../../../contract/identity/sign-in.ts";
import { usesTls } from "./caller.ts";
import type { Network } from "./network.ts";

const HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      // Scripts of Nuxt UI set inline styles.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: "deny" },
  // Depends on the request: see below.
  strictTransportSecurity: false,
};

/** One year, as ASVS 3.4.1 requires. */
export const STRICT_TRANSPORT = "max-age=31536000; includeSubDomains";

/** Headers of responses that no hook sees, because the request is not valid HTTP or its URL cannot be decoded. */
export const BARE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none';base-uri 'none';frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** Register this before every hook that may refuse a request, because refusals need the headers too. */
export async function useSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, HEADERS);
  app.addHook("onRequest", (request, reply, done) => {
    // On the raw response, as helmet does, because event streams write their own head.
    if (request.is_tls) reply.raw.setHeader("strict-transport-security", STRICT_TRANSPORT);
    done();
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    // Without `cookies`, which would also delete the cookies of other programs on the same domain. The response itself deletes ours.
    if (isSignOut(request) && reply.statusCode < 300) void reply.header("clear-site-data", '"cache", "storage"');
    done(null, payload);
  });
}

/** Sets the headers of a response that no hook sees. */
export function setBareHeaders(request: FastifyRequest, reply: FastifyReply, network: Network): void {
  void reply.headers(BARE_HEADERS);
  // This request does not have the properties that identifyCallers defines.
  if (usesTls(request, network)) void reply.header("strict-transport-security", STRICT_TRANSPORT);
}

const isSignOut = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === sign_out.method && routeOptions.url === sign_out.url;
