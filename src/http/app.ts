// Builds the HTTP application: routes of all modules, errors, API documentation, security headers.
import { randomUUID } from "node:crypto";
import type { ServerOptions } from "node:http";
import type { Server as HttpsServer } from "node:https";
import swagger, { type FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchemaCompiler,
} from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { ZodType } from "zod";
import { productRoutes, readBacklogSize, type ProductRoutesContext } from "../catalog/routes.ts";
import { changesetRoutes } from "../changesets/routes.ts";
import { importRoutes, importSource, type ImportRoutesContext } from "../imports/routes.ts";
import { operationRoutes, operationSource, type OperationRoutesContext } from "../operations/routes.ts";
import { authoriseRequests, type AccessContext } from "./access/authorise.ts";
import { identifyCallers } from "./network/caller.ts";
import type { Certificate } from "./network/certificate.ts";
import { checkOrigin } from "./network/check-origin.ts";
import { HEADERS_MS, listenerOptions } from "./network/listeners.ts";
import { LOCAL_NETWORK, type Network } from "./network/network.ts";
import { setBareHeaders, useSecurityHeaders } from "./network/security-headers.ts";
import { describeComponents, describeRoute } from "./describe-api.ts";
import { eventStreamRoute } from "./streams/event-stream.ts";
import { healthRoutes, type HealthContext } from "./monitoring/health.ts";
import { BODY_LIMITS, limitBodies, type BodyLimits } from "./limit-bodies.ts";
import { overrideMethod } from "./method-override.ts";
import { identityRoutes } from "./identity/routes.ts";
import type { SignInOptions } from "./identity/context.ts";
import { metricsRoute, type MetricsContext } from "./monitoring/metrics.ts";
import { useIdempotency } from "./idempotency/idempotency.ts";
import { servePage } from "./page.ts";
import { profileRoutes } from "../profiles/routes.ts";
import { sendClientProblem, sendProblem, useProblems } from "./problems.ts";
import { createSendStates } from "./streams/sse.ts";
import { createStreams } from "./streams/registry.ts";
import { decodeJsonBody } from "../../contract/json-bounds.ts";
import { cutText } from "../../contract/faults.ts";
import { Problem } from "../../contract/problems.ts";
import { VERSION } from "../version.ts";
import { webhookRoutes, type WebhookRoutesContext } from "../webhooks/routes.ts";

export interface AppContext
  extends
    Omit<ImportRoutesContext, "sendStates" | "log">,
    ProductRoutesContext,
    Pick<AccessContext, "pool" | "listener">,
    Omit<OperationRoutesContext, "sendStates" | "log">,
    Omit<HealthContext & MetricsContext, "readSearchLag" | "countStreams" | "store_id"> {
  logger: FastifyBaseLogger;
  /** Whether the database has stopped because its disk is full. */
  isDiskFull?: () => boolean;
  webhooks: Pick<WebhookRoutesContext, "loadKeys" | "settings">;
  /** How users can sign in. Default: with a password. */
  sign_in?: SignInOptions;
  limits?: HttpLimits;
  /** Default: only this computer can use the server. */
  network?: Network;
  /** Default: the server itself does not use TLS. */
  certificate?: Certificate | undefined;
  /** Interval in which the credentials of open responses are checked. Default: 10 seconds. */
  credential_check_ms?: number;
}

/** Time limits of requests. Tests use shorter ones. */
export interface HttpLimits {
  /** Time within which the headers must be complete. */
  headers_ms: number;
  bodies: BodyLimits;
}

const LIMITS: HttpLimits = { headers_ms: HEADERS_MS, bodies: BODY_LIMITS };

/** The part of openapi.json that describes the whole API. */
const DOCUMENT: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: {
      title: "Skuport",
      version: VERSION,
      description: "Imports product files into a catalogue and streams all changes. Errors are RFC 9457 documents.",
    },
    components: {
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description: "An API key. `x-scope` names the scope that an operation needs; `session` accepts no API key",
        },
      },
    },
    security: [{ key: [] }],
  },
  transform: describeRoute,
  transformObject: describeComponents,
};

export async function buildApp(context: AppContext): Promise<FastifyInstance> {
  const { headers_ms, bodies } = context.limits ?? LIMITS;
  const network = context.network ?? LOCAL_NETWORK;
  const app = Fastify({
    loggerInstance: context.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    rewriteUrl: overrideMethod,
    // High enough for percent-encoded SKUs; the schema limits the length of SKUs.
    routerOptions: { maxParamLength: 4000 },
    bodyLimit: 1 << 20,
    ...listenerOf(context.certificate, headers_ms),
    forceCloseConnections: true,
    clientErrorHandler: sendClientProblem,
    // Handles errors before routing, such as a URL that cannot be decoded: they do not reach the error handler.
    frameworkErrors: (error, request, reply) => {
      setBareHeaders(request, reply, network);
      void sendProblem(request, reply, new Problem("invalid-request", cutText(`${error.message}.`, 500)));
    },
  });
  const { certificate } = context;
  certificate?.keepCurrent(app.server as unknown as HttpsServer);
  app.addHook("onClose", () => certificate?.stop());
  app.setValidatorCompiler(validateRequest);
  app.setSerializerCompiler(serializerCompiler);
  identifyCallers(app, network);
  useProblems(app, context.isDiskFull);
  // Register this first: it must also see requests that the next hooks refuse, because their bodies may still arrive.
  limitBodies(app, bodies);
  await useSecurityHeaders(app);
  app.addHook("onRequest", checkOrigin(network));
  const requiresSecondFactor = network.public_origins.length > 0;
  const access = authoriseRequests(app, { ...context, requires_second_factor: requiresSecondFactor });
  useIdempotency(app, context.pool);
  parseJson(app);
  storeNothing(app);
  emptyNotModified(app);
  await app.register(swagger, DOCUMENT);
  await app.register(swaggerUi, { routePrefix: DOCS, staticCSP: false, uiHooks: { onRequest: redirectDocsIndex } });

  const closing = new AbortController();
  app.addHook("preClose", (done) => {
    closing.abort();
    done();
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  identityRoutes(app, {
    pool: context.pool,
    loadKeys: context.webhooks.loadKeys,
    access,
    requires_second_factor: requiresSecondFactor,
    ...context.sign_in,
  });
  mountModules(app, context, closing.signal);
  await servePage(app);
  return app;
}

/** Options of the listener, with TLS if there is a certificate. */
function listenerOf(
  certificate: Certificate | undefined,
  headersMs: number,
): { requestTimeout: number; http: ServerOptions } {
  const options = listenerOptions(headersMs);
  if (certificate === undefined) return { requestTimeout: 0, http: options };
  const https = { ...options, ...certificate.options, handshakeTimeout: headersMs };
  // The application treats both kinds of servers alike, so it has the type of the simpler one.
  return { requestTimeout: 0, https } as unknown as { requestTimeout: number; http: ServerOptions };
}

const DOCS = "/docs";

/** Redirects `/docs/static/index.html` before the plugin does. The plugin's redirect only replaces the end of the URL. A URL with a query
 * string would therefore be redirected to itself, again and again. */
function redirectDocsIndex({ routeOptions: { url } }: FastifyRequest, reply: FastifyReply, next: () => void): void {
  if (url === `${DOCS}/static/index.html`) void reply.redirect(`${DOCS}/`);
  else next();
}

/** Validates requests. Fastify passes null for a request without a body, but schemas with a default expect undefined. */
const validateRequest: FastifySchemaCompiler<ZodType> = (part) => {
  const validate = validatorCompiler(part);
  return part.httpPart === "body" ? (body: unknown) => validate(body ?? undefined) : validate;
};

/** Parses JSON bodies. First checks a body's depth and number of values, then uses Fastify's parser, which refuses `__proto__`. An empty
 * body counts as no body, because some clients send the content type with every POST. */
function parseJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, bytes, parsed) => {
    let text: string;
    try {
      text = decodeJsonBody(bytes as Buffer);
    } catch (problem) {
      parsed(problem as Problem, undefined);
      return;
    }
    if (text === "") parsed(null, undefined);
    else void parse(request, text, parsed);
  });
}

/** Removes the body of 304 responses, which must not have one: handlers send null, which would be serialised as JSON. */
function emptyNotModified(app: FastifyInstance): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (reply.statusCode !== 304) {
      done(null, payload);
      return;
    }
    void reply.removeHeader("content-type").removeHeader("content-length");
    done(null, null);
  });
}

/** Sets `no-store` on API responses unless the route has set its own `cache-control`. Register this hook after the hook of
 * `useIdempotency`, which does not store responses that already have `no-store`. */
function storeNothing(app: FastifyInstance): void {
  app.addHook("onSend", (request, reply, payload, done) => {
    if (request.url.startsWith("/api") && !reply.hasHeader("cache-control"))
      void reply.header("cache-control", "no-store");
    done(null, payload);
  });
}

function mountModules(app: FastifyInstance, context: AppContext, closing: AbortSignal): void {
  const streams = createStreams(closing);
  const withStreams = { ...context, log: context.logger, sendStates: createSendStates(streams, context.logger) };
  const withLag = {
    ...context,
    store_id: context.store.id,
    countStreams: () => streams.size,
    readSearchLag: () => readBacklogSize(context.pool),
  };
  // Register the metrics first, because they measure only routes that are registered later.
  metricsRoute(app, withLag);
  healthRoutes(app, withLag);
  importRoutes(app, withStreams);
  operationRoutes(app, withStreams);
  productRoutes(app, context);
  changesetRoutes(app, context);
  profileRoutes(app, context);
  const sources = [importSource(context.pool), operationSource(context.pool)];
  eventStreamRoute(app, { pool: context.pool, listener: context.listener, sources, streams, closing });
  webhookRoutes(app, { pool: context.pool, log: context.logger, ...context.webhooks });
}
