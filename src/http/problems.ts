// Translates errors into RFC 9457 documents. The document describes a Problem, a refused body, or everything in a request that violates its
// schema. Any other error is logged with its cause, and the client gets only the request id.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { isTlsSocket } from "./network/caller.ts";
import { BARE_HEADERS, STRICT_TRANSPORT } from "./network/security-headers.ts";
import { problemOfDatabase } from "./database-problems.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { cutText, invalidRequest, type Fault } from "../../contract/faults.ts";
import { toProblemDocument } from "../../contract/problem-document.ts";
import { Problem, type ProblemSlug } from "../../contract/problems.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Returns further faults of a body that its schema has refused, so that the response lists all faults. */
    faultsOf?: (body: unknown) => Fault[];
  }
}

/** @param isDiskFull whether the database is down because its disk is full */
export function useProblems(app: FastifyInstance, isDiskFull: () => boolean = () => false): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const found = toProblem(error, request);
    const problem = found.slug === "not-ready" && isDiskFull() ? databaseDiskFull(error) : found;
    if (problem.status >= 500) logFailure(request, error, problem);
    return sendProblem(request, reply, problem);
  });
}

/** Logs a failed request. An overloaded server may refuse thousands of requests on purpose, so a refusal is logged without its stack trace,
 * which is the same each time. */
function logFailure({ log }: FastifyRequest, error: unknown, { slug, message }: Problem): void {
  if (error instanceof Problem && error.cause === undefined)
    log.warn({ problem: slug, detail: message }, "request refused");
  else log.error({ err: error }, "request failed");
}

/** Sends a problem for a request that never reaches a route: it is not valid HTTP, or its headers are too long or too slow. */
export function sendClientProblem(error: ConnectionError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { slug, detail } = CLIENT_PROBLEMS[error.code] ?? {
    slug: "invalid-request" as const,
    detail: "The request is not valid HTTP.",
  };
  const problem = new Problem(slug, detail);
  const body = JSON.stringify(toProblemDocument(problem));
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `${headerLines(socket)}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function headerLines(socket: Socket): string {
  const headers = isTlsSocket(socket)
    ? { ...BARE_HEADERS, "strict-transport-security": STRICT_TRANSPORT }
    : BARE_HEADERS;
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}

const CLIENT_PROBLEMS: Partial<Record<string, { slug: ProblemSlug; detail: string }>> = {
  HPE_HEADER_OVERFLOW: {
    slug: "headers-too-large",
    detail:
      "The URL and the headers together exceed 16 kB. Shorten them. Send a long mapping as the field mapping of a form " +
      "(multipart/form-data), or store it as a profile and name the profile.",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    slug: "request-timeout",
    detail: "The headers did not arrive in time. Send the request again.",
  },
};

const databaseDiskFull = (cause: unknown): Problem =>
  new Problem(
    "disk-full",
    "The database has stopped because its disk is full. Free some space; the database then restarts automatically.",
    { cause },
  );

export const noSuchRoute = (request: FastifyRequest): Problem =>
  new Problem(
    "not-found",
    `${request.method} ${cutText(request.url.split("?")[0] ?? "", 500)} does not exist. See /docs for the API.`,
  );

/** Value of `Retry-After`: enough time for PostgreSQL to begin its restart, and acceptable for a waiting user. */
const RETRY_AFTER_SECONDS = 5;

export async function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): Promise<void> {
  const document = toProblemDocument(problem, `/requests/${request.id}`);
  if (problem.status === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", RETRY_AFTER_SECONDS);
  if (typeof problem.extra["retry_after"] === "number") reply.header("retry-after", problem.extra["retry_after"]);
  await reply
    .code(problem.status)
    .type("application/problem+json; charset=utf-8")
    // Set a serializer of our own, because the route's serializer would apply the response schema.
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(document);
}

function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const { validation, validationContext = "body" } = error;
    const errors: Fault[] = validation.map(({ instancePath, message }) => ({
      pointer: `/${validationContext}${instancePath === "/" ? "" : instancePath}`,
      detail: message ?? "not valid",
    }));
    const named = new Set(errors.map(({ pointer }) => pointer));
    const more = validationContext === "body" ? request.routeOptions.config.faultsOf?.(request.body) : undefined;
    errors.push(...(more ?? []).filter(({ pointer }) => !named.has(pointer)));
    return invalidRequest(errors, error);
  }
  if (error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new Problem(
      "unsupported-media-type",
      `${describeType(request)} Send one of: ${acceptedTypes(request).join(", ")}.`,
      { cause: error },
    );
  }
  if (error.statusCode === 413) return new Problem("payload-too-large", "The body is too large.", { cause: error });
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new Problem("invalid-request", cutText(error.message, 500), { cause: error });
  }
  const ofDatabase = problemOfDatabase(error);
  if (ofDatabase !== undefined) return ofDatabase;
  return new Problem(
    "internal-error",
    `The server could not process the request. Its log contains the cause under the request id ${request.id}.`,
    {
      cause: error,
    },
  );
}

function describeType({ headers }: FastifyRequest): string {
  const type = headers["content-type"];
  return type === undefined
    ? "The body has no Content-Type."
    : `A body of the type "${cutText(type, 200)}" is not accepted here.`;
}

/** Media types of the route's body, as its contract lists them. */
function acceptedTypes({ routeOptions }: FastifyRequest): readonly string[] {
  const { file_body, body_types } = (routeOptions.schema ?? {}) as Partial<Endpoint["schema"]>;
  if (file_body === undefined) return body_types ?? ["application/json"];
  return file_body.form === undefined ? file_body.types : [...file_body.types, "multipart/form-data"];
}
