// Limits how slowly a body may arrive, and how many files may arrive at the same time. If a body is too slow, the code that reads the body
// gets the error request-timeout, and the connection is closed after the response. The bytes themselves are not modified.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { whenClosed } from "./streams/when-closed.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { Problem } from "../../contract/problems.ts";

export interface BodyLimits {
  /** Time within which a body other than a file must be complete. */
  total_ms: number;
  /** Period over which a file must arrive at an average rate of at least `min_bytes_per_s`. */
  window_ms: number;
  min_bytes_per_s: number;
  /** Maximum number of files that may arrive at the same time. Each costs an open file and a few queries per second. */
  files: number;
  /** Replaces LINGER_MS in tests. */
  linger_ms?: number;
}

export const BODY_LIMITS: BodyLimits = { total_ms: 30_000, window_ms: 60_000, min_bytes_per_s: 1000, files: 32 };

/** Number of times per `window_ms` that the received bytes are measured. */
const SAMPLES = 6;
/** Interval at which the timeout error is emitted on the body again, in case no code was reading the body at the first attempt. If the
 * response has begun in the meantime, the connection is closed. */
const AGAIN_MS = 1000;
const RETRY_AFTER_S = "5";
/** Time for a client to read a response that was sent before the body of the request was complete. */
const LINGER_MS = 5000;

export function limitBodies(app: FastifyInstance, limits: BodyLimits): void {
  let files = 0;
  app.addHook("onResponse", (request, _reply, done) => {
    if (hasBody(request)) cutUnreadBody(request, limits.linger_ms ?? LINGER_MS);
    done();
  });
  app.addHook("onRequest", (request, reply, done) => {
    if (!hasBody(request)) {
      done();
      return;
    }
    if (!takesFile(request)) {
      failAfter(request, reply, limits);
      done();
      return;
    }
    failWhenSlow(request, reply, limits);
    if (files >= limits.files) {
      reply.header("retry-after", RETRY_AFTER_S);
      done(
        new Problem(
          "too-many-files",
          `Limit reached: ${limits.files} files are already being received. Send this file again in a few seconds.`,
        ),
      );
      return;
    }
    const closing = whenClosed(request, reply);
    if (!closing.is_closed) files += 1;
    closing.onClose(() => (files -= 1));
    done();
  });
}

/** Closes the connection if the body has not arrived completely after `lingerMs`. If the connection stayed open, Node would read the whole
 * refused file, however large. Closing the connection immediately could destroy the response in transit. */
function cutUnreadBody(request: FastifyRequest, lingerMs: number): void {
  const { raw } = request;
  if (raw.complete || raw.destroyed) return;
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, lingerMs).unref();
  whenArrived(request, () => {
    clearTimeout(timer);
  });
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

const takesFile = ({ routeOptions: { schema } }: FastifyRequest): boolean =>
  (schema as Partial<Endpoint["schema"]> | undefined)?.file_body !== undefined;

function failAfter(request: FastifyRequest, reply: FastifyReply, { total_ms }: BodyLimits): void {
  const problem = new Problem(
    "request-timeout",
    `The body did not arrive within ${total_ms / 1000} seconds. Send the request again.`,
  );
  const timer = setTimeout(() => {
    failBody(request, reply, problem);
  }, total_ms).unref();
  whenArrived(request, () => {
    clearTimeout(timer);
  });
}

function failWhenSlow(request: FastifyRequest, reply: FastifyReply, limits: BodyLimits): void {
  const { window_ms, min_bytes_per_s } = limits;
  const { raw } = request;
  let samples = [raw.socket.bytesRead];
  const look = (): void => {
    // If received bytes are still unread, the server is slow, not the client. Start measuring the rate again.
    if (raw.readableLength > 0) samples = [];
    samples.push(raw.socket.bytesRead);
    if (samples.length <= SAMPLES) return;
    const arrived = raw.socket.bytesRead - (samples.shift() ?? 0);
    if (arrived >= (min_bytes_per_s * window_ms) / 1000) return;
    clearInterval(timer);
    failBody(request, reply, tooSlow(limits));
  };
  const timer = setInterval(look, window_ms / SAMPLES).unref();
  whenArrived(request, () => {
    clearInterval(timer);
  });
}

const tooSlow = ({ window_ms, min_bytes_per_s }: BodyLimits): Problem =>
  new Problem(
    "request-timeout",
    `The file arrived at less than ${min_bytes_per_s} bytes a second for ${window_ms / 1000} seconds. Send it again over a faster connection.`,
  );

function failBody({ raw }: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const fail = (): void => {
    if (raw.destroyed || raw.complete) {
      clearInterval(timer);
    } else if (reply.raw.headersSent) {
      raw.destroy();
    } else {
      void reply.header("connection", "close");
      // Destroying the body would close the connection before the response.
      raw.emit("error", problem);
    }
  };
  const timer = setInterval(fail, AGAIN_MS).unref();
  fail();
}

/** Calls back when the body is complete or can no longer arrive. */
function whenArrived({ raw }: FastifyRequest, callback: () => void): void {
  raw.once("end", callback);
  raw.once("close", callback);
  // Without a listener, an error would end the process.
  raw.on("error", callback);
}
