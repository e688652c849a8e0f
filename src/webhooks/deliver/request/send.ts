// Makes one attempt: signs and posts a body and returns the outcome. Never throws: every failure is an outcome.
import type { lookup as dnsLookup } from "node:dns";
import { Agent, buildConnector, ProxyAgent, type Dispatcher } from "undici";
import { VERSION } from "../../../version.ts";
import { checkLiteral, guardedLookup, portOf, RefusedAddress, withoutBrackets } from "./ssrf-guard.ts";
import type { WebhookSettings } from "../../context.ts";
import { retryAfter } from "../retry-schedule.ts";
import { sign } from "./sign.ts";
import type { Attempt } from "../../../../contract/webhooks/deliveries.ts";

const CONNECT_MS = 3000;
const TOTAL_MS = 15_000;
/** Maximum time to read the response body. The outcome does not depend on the body, only on the status. */
const BODY_MS = 2000;
/** Number of bytes of the response body that are stored. */
const STORED_BYTES = 2000;
/** Response bodies up to this size are read completely, so that the connection can be reused. Longer ones are cut off. */
const READ_BYTES = 1 << 16;
const MAX_HEADER_BYTES = 16_384;
const SHOWN_HEADERS = 50;
const SHOWN_VALUE = 500;
const HIDDEN = "(hidden)";
const USER_AGENT = `Skuport/${VERSION}`;

export interface Outgoing {
  url: URL;
  event_id: string;
  body: string;
  /** Keys of all valid secrets. */
  keys: readonly Buffer[];
  headers: Readonly<Record<string, string>>;
}

type AttemptError = NonNullable<Attempt["error"]>;

export interface Outcome extends Omit<Attempt, "id" | "number" | "started_at"> {
  /** Start of the attempt by `performance.now()`. The database computes the attempt's time from its own clock and the age of the
   * attempt. */
  started_ms: number;
  retry_after_ms: number | undefined;
}

/** Creates a connection pool for one webhook, which connects to allowed addresses only and does not follow redirects. */
export function createAgent(settings: WebhookSettings, connections: number, lookup?: typeof dnsLookup): Dispatcher {
  const options = {
    connections,
    pipelining: 1,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: TOTAL_MS,
    bodyTimeout: TOTAL_MS,
    allowH2: false,
  };
  const guarded = guardedConnector(settings, lookup);
  if (settings.proxy === undefined) return new Agent({ ...options, connect: guarded });
  return new ProxyAgent({ ...options, uri: settings.proxy, proxyTunnel: true });
}

/** Creates a connector that checks the host before it connects. An IP address is checked directly; a name is checked when it is
 * resolved for the connection. */
function guardedConnector(settings: WebhookSettings, lookup?: typeof dnsLookup): buildConnector.connector {
  const byPort = new Map<number, buildConnector.connector>();
  const connectorTo = (port: number): buildConnector.connector => {
    // Undici passes `lookup` to `net.connect`.
    const options = { timeout: CONNECT_MS, allowH2: false, lookup: guardedLookup(port, settings, lookup) };
    const connector = byPort.get(port) ?? buildConnector(options);
    byPort.set(port, connector);
    return connector;
  };
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === "https:" ? 443 : 80));
    try {
      checkLiteral(options.hostname, port, settings);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connectorTo(port)({ ...options, hostname: withoutBrackets(options.hostname) }, callback);
  };
}

/** Sends a delivery once. `settings` must be the ones with which the agent was created. With a proxy, only this function checks
 * addresses, and only if the URL contains an IP address. */
export async function send(
  agent: Dispatcher,
  outgoing: Outgoing,
  settings: WebhookSettings,
  stop?: AbortSignal,
  totalMs = TOTAL_MS,
): Promise<Outcome> {
  const { url, headers } = outgoing;
  const startedMs = performance.now();
  const own = ownHeaders(outgoing, Math.floor(Date.now() / 1000));
  const aborter = new AbortController();
  const timer = setTimeout(() => {
    aborter.abort();
  }, totalMs);
  const onStop = (): void => {
    aborter.abort();
  };
  stop?.addEventListener("abort", onStop);
  let result: Answer;
  try {
    stop?.throwIfAborted();
    checkLiteral(url.hostname, portOf(url), settings);
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "POST",
      headers: { ...headers, ...own },
      body: outgoing.body,
      signal: aborter.signal,
    });
    result = { ...answerOf(response), ...(await readStart(response.body)) };
  } catch (error) {
    result = stop?.aborted === true ? failure("stopped", "Skuport was stopped") : failureOf(error, aborter.signal);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", onStop);
  }
  const hidden = Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN]));
  return {
    started_ms: startedMs,
    duration_ms: performance.now() - startedMs,
    url: url.href,
    request_headers: { ...hidden, ...own },
    ...result,
  };
}

function ownHeaders({ event_id, body, keys }: Outgoing, timestamp: number): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": USER_AGENT,
    "webhook-id": event_id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": sign(keys, event_id, timestamp, body),
  };
}

type Answer = Omit<Outcome, "started_ms" | "duration_ms" | "url" | "request_headers">;
type Status = Omit<Answer, "response_body" | "response_truncated">;

function answerOf({ statusCode: status, headers }: Dispatcher.ResponseData): Status {
  const succeeded = status >= 200 && status < 300;
  const isRedirect = status >= 300 && status < 400;
  return {
    succeeded,
    status,
    error: succeeded ? null : isRedirect ? "redirect" : "status",
    message: succeeded
      ? null
      : isRedirect
        ? `The receiver responded with the redirect ${status}, which is not followed. Enter the final URL.`
        : `The receiver responded with status ${status}.`,
    response_headers: shownHeaders(headers),
    retry_after_ms: succeeded ? undefined : retryAfter(first(headers["retry-after"]), answeredAt(headers)),
  };
}

const first = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/** Returns the time of the response by the receiver's clock, so that a date in `Retry-After` does not depend on our clock. */
function answeredAt(headers: Dispatcher.ResponseData["headers"]): number {
  const date = Date.parse(first(headers["date"]) ?? "");
  return Number.isNaN(date) ? Date.now() : date;
}

function shownHeaders(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const entries = Object.entries(headers).slice(0, SHOWN_HEADERS);
  return Object.fromEntries(
    entries.map(([name, value = ""]) => [
      name,
      (Array.isArray(value) ? value.join(", ") : value).slice(0, SHOWN_VALUE),
    ]),
  );
}

/** Reads the first bytes of the body. An endless, slow or broken body does not matter: the status is known. */
async function readStart(
  body: Dispatcher.ResponseData["body"],
): Promise<Pick<Answer, "response_body" | "response_truncated">> {
  const start: Buffer[] = [];
  let read = 0;
  const isWhole = await new Promise<boolean>((resolve) => {
    let hasEnded = false;
    const timer = setTimeout(() => {
      body.destroy();
    }, BODY_MS);
    body.on("data", (chunk: Buffer) => {
      if (read < STORED_BYTES) start.push(chunk.subarray(0, STORED_BYTES - read));
      read += chunk.length;
      if (read > READ_BYTES) body.destroy();
    });
    body.on("end", () => {
      hasEnded = true;
    });
    body.on("error", () => undefined);
    body.on("close", () => {
      clearTimeout(timer);
      resolve(hasEnded);
    });
  });
  // PostgreSQL text cannot contain NUL.
  const text = Buffer.concat(start).toString("utf8").replaceAll("\0", "\uFFFD");
  return { response_body: text, response_truncated: !isWhole || read > STORED_BYTES };
}

const failure = (error: AttemptError, message: string): Answer => ({
  succeeded: false,
  status: null,
  error,
  message,
  response_headers: null,
  response_body: null,
  response_truncated: false,
  retry_after_ms: undefined,
});

const BY_CODE: Partial<Record<string, [AttemptError, string]>> = {
  ENOTFOUND: ["unknown_host", "The host name does not exist."],
  EAI_AGAIN: ["unknown_host", "The host name could not be resolved."],
  EAI_NODATA: ["unknown_host", "The host has no address."],
  ECONNREFUSED: ["connection_refused", "No program listens at this host and port."],
  EHOSTUNREACH: ["connection_refused", "The host cannot be reached."],
  ENETUNREACH: ["connection_refused", "The host cannot be reached."],
  ETIMEDOUT: ["connect_timeout", "The host did not respond."],
  UND_ERR_CONNECT_TIMEOUT: [
    "connect_timeout",
    `The host did not accept the connection within ${CONNECT_MS / 1000} seconds.`,
  ],
  UND_ERR_HEADERS_TIMEOUT: ["timeout", `The receiver did not respond within ${TOTAL_MS / 1000} seconds.`],
  UND_ERR_HEADERS_OVERFLOW: ["bad_answer", "The response headers are too long."],
  ECONNRESET: ["connection_lost", "The receiver closed the connection before it responded."],
  EPIPE: ["connection_lost", "The receiver closed the connection before it responded."],
  UND_ERR_SOCKET: ["connection_lost", "The receiver closed the connection before it responded."],
};

/** Describes a failure in our own words, because the message of an error may contain internal addresses. */
function failureOf(error: unknown, signal: AbortSignal): Answer {
  if (signal.aborted) return failure("timeout", `The receiver did not respond within ${TOTAL_MS / 1000} seconds.`);
  if (error instanceof RefusedAddress) return failure("refused_address", error.message);
  // If all addresses of a name fail, report the first failure.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code = "", name } = cause as { code?: string; name: string };
  const known = BY_CODE[code];
  if (known !== undefined) return failure(...known);
  if (name === "HTTPParserError") return failure("bad_answer", "The response is not valid HTTP.");
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|HOSTNAME_)|^EPROTO$/.test(code))
    return failure("tls", `The TLS connection failed (${code}). Check the receiver's certificate and TLS settings.`);
  return failure("connection_lost", `The request failed${code === "" ? "" : ` (${code})`}.`);
}
