// One attempt: signs a body, posts it and says what came back. Never throws: whatever goes wrong is an outcome.
import type { lookup as dnsLookup } from "node:dns";
import { Agent, buildConnector, ProxyAgent, type Dispatcher } from "undici";
import { VERSION } from "../../version.ts";
import { checkLiteral, guardedLookup, portOf, RefusedAddress, withoutBrackets } from "./ssrf-guard.ts";
import type { WebhookSettings } from "../context.ts";
import { retryAfter } from "./retry-schedule.ts";
import { sign } from "./sign.ts";
import type { Attempt } from "../../../contract/webhooks/deliveries.ts";

const CONNECT_MS = 3000;
const TOTAL_MS = 15_000;
/** For the body, once the status is known: that is all the sender needs. */
const BODY_MS = 2000;
/** Of the answer's body that is kept. */
const KEPT_BYTES = 2000;
/** Read to the end up to here, so that the connection can be used again. */
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
  /** Of all secrets that are valid. */
  keys: readonly Buffer[];
  headers: Readonly<Record<string, string>>;
}

type AttemptError = NonNullable<Attempt["error"]>;

export interface Outcome extends Omit<Attempt, "id" | "number" | "started_at"> {
  /** When it began, by `performance.now()`: the database's clock says when that was, for it judges how long ago it is. */
  started_ms: number;
  retry_after_ms: number | undefined;
}

/** A pool of connections for one webhook that dials public addresses only. Redirects are not followed. */
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

/** Checks a host written as an address here, and a name's addresses when they are looked up for the connection. */
function guardedConnector(settings: WebhookSettings, lookup?: typeof dnsLookup): buildConnector.connector {
  const byPort = new Map<number, buildConnector.connector>();
  const connectorTo = (port: number): buildConnector.connector => {
    // Undici takes all of `net.connect`'s options, and hands `lookup` on
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

/** `settings` as the agent has them: behind a proxy, this is where addresses are checked. */
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
  let came: Answer;
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
    came = { ...answerOf(response), ...(await readStart(response.body)) };
  } catch (error) {
    came = stop?.aborted === true ? failure("stopped", "Skuport was stopped") : failureOf(error, aborter.signal);
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
    ...came,
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
        ? `The receiver answered ${status} and sent us elsewhere; that is not followed. Enter the final URL.`
        : `The receiver answered ${status}.`,
    response_headers: shownHeaders(headers),
    retry_after_ms: succeeded ? undefined : retryAfter(first(headers["retry-after"]), answeredAt(headers)),
  };
}

const first = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/** When the receiver answered, by its own clock, so that a date in `Retry-After` does not depend on ours. */
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

/** The body's first bytes. That it never ends, drips or breaks off changes nothing: the status has been said. */
async function readStart(
  body: Dispatcher.ResponseData["body"],
): Promise<Pick<Answer, "response_body" | "response_truncated">> {
  const kept: Buffer[] = [];
  let read = 0;
  const isWhole = await new Promise<boolean>((resolve) => {
    let hasEnded = false;
    const timer = setTimeout(() => {
      body.destroy();
    }, BODY_MS);
    body.on("data", (piece: Buffer) => {
      if (read < KEPT_BYTES) kept.push(piece.subarray(0, KEPT_BYTES - read));
      read += piece.length;
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
  // PostgreSQL's text holds no NUL
  const text = Buffer.concat(kept).toString("utf8").replaceAll("\0", "\uFFFD");
  return { response_body: text, response_truncated: !isWhole || read > KEPT_BYTES };
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
  ENOTFOUND: ["unknown_host", "There is no such host."],
  EAI_AGAIN: ["unknown_host", "The host's name could not be looked up."],
  EAI_NODATA: ["unknown_host", "The host has no address."],
  ECONNREFUSED: ["connection_refused", "Nobody listens at this host and port."],
  EHOSTUNREACH: ["connection_refused", "The host cannot be reached."],
  ENETUNREACH: ["connection_refused", "The host cannot be reached."],
  ETIMEDOUT: ["connect_timeout", "The host did not answer."],
  UND_ERR_CONNECT_TIMEOUT: ["connect_timeout", `No connection within ${CONNECT_MS / 1000} seconds.`],
  UND_ERR_HEADERS_TIMEOUT: ["timeout", `No answer within ${TOTAL_MS / 1000} seconds.`],
  UND_ERR_HEADERS_OVERFLOW: ["bad_answer", "The answer's headers are too long."],
  ECONNRESET: ["connection_lost", "The receiver closed the connection before it answered."],
  EPIPE: ["connection_lost", "The receiver closed the connection before it answered."],
  UND_ERR_SOCKET: ["connection_lost", "The receiver closed the connection before it answered."],
};

/** What went wrong in our words: those of an error may name addresses that are nobody's business. */
function failureOf(error: unknown, signal: AbortSignal): Answer {
  if (signal.aborted) return failure("timeout", `No answer within ${TOTAL_MS / 1000} seconds.`);
  if (error instanceof RefusedAddress) return failure("refused_address", error.message);
  // Of a name with several addresses that all fail, the first says enough
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code = "", name } = cause as { code?: string; name: string };
  const known = BY_CODE[code];
  if (known !== undefined) return failure(...known);
  if (name === "HTTPParserError") return failure("bad_answer", "The answer is no HTTP.");
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|HOSTNAME_)|^EPROTO$/.test(code))
    return failure("tls", `The receiver's certificate or TLS is not accepted (${code}).`);
  return failure("connection_lost", `The request failed${code === "" ? "" : ` (${code})`}.`);
}
