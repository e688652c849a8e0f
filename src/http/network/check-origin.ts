// Refuses requests that pages of other sites send to this server, and requests without TLS from other computers. A page of another site can
// call this server by a host name that resolves to its address (DNS rebinding). It can also send cross-site requests: it cannot read their
// responses, but these requests carry cookies, occupy streams and run queries.
import type { FastifyReply, FastifyRequest } from "fastify";
import { isForwarded, peerOf } from "./caller.ts";
import { isLoopbackAddress, type Network } from "./network.ts";
import { Problem } from "../../../contract/problems.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Accepted values of Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/): requests of our own page, and URLs that the user
 * typed. */
const OWN_SITE = new Set(["same-origin", "none"]);
/** Load balancers call this URL by the address of the machine and without TLS. The response contains only that the server runs. */
const PROBE = "/health/live";

type Done = (error?: Error) => void;
type Check = (request: FastifyRequest) => Problem | undefined;

/** Returns the hook for requests. */
export function checkOrigin(network: Network): (request: FastifyRequest, reply: FastifyReply, done: Done) => void {
  const isPublic = network.public_origins.length > 0;
  const faultOf: Check = isPublic ? (request) => publicFault(request, network) : localFault;
  return (request, reply, done) => {
    const secureUrl = isPublic ? redirectOf(request, network) : undefined;
    if (secureUrl === undefined) done(hostsFault(request) ?? faultOf(request));
    else void reply.redirect(secureUrl, 308);
  };
}

/** A proxy could use another one of several `Host` headers than this server (RFC 9112, section 3.2). */
function hostsFault({ raw }: FastifyRequest): Problem | undefined {
  const hosts = raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return hosts.length > 1
    ? new Problem("invalid-request", "The request has several Host headers. Send one.")
    : undefined;
}

function localFault(request: FastifyRequest): Problem | undefined {
  const { host = "", origin } = request.headers;
  if (!isLoopback(host))
    return new Problem("forbidden-host", `The host "${host}" is not allowed. Use 127.0.0.1 or localhost.`);
  // The public host name under which a reverse proxy on this computer was called. A page of another site cannot send `X-Forwarded-Host`
  // without a CORS preflight, which no route accepts.
  const names = [host, request.own_host];
  const isOwn = origin === undefined || names.some((name) => isSameHost(origin, name));
  return isOwnSite(request) && isOwn ? undefined : otherSite();
}

function publicFault(request: FastifyRequest, network: Network): Problem | undefined {
  if (request.url === PROBE) return undefined;
  const { origin } = request.headers;
  const secure = publicOriginOf(request, network);
  if (secure === undefined && !isLocal(request, network)) {
    const names = network.public_origins.join(" or ");
    return new Problem("forbidden-host", `The host "${request.own_host}" is not allowed. Use ${names}.`);
  }
  if (secure !== undefined && !request.is_tls)
    return new Problem("https-required", withoutTls(request, network, secure));
  const isOwn =
    origin === undefined || origin === secure || (secure === undefined && isSameHost(origin, request.own_host));
  return isOwnSite(request) && isOwn ? undefined : otherSite();
}

/** Returns the public origin whose host name the client used. */
function publicOriginOf(request: FastifyRequest, { public_origins }: Network): string | undefined {
  const origin = `https://${request.own_host.replace(/:443$/, "")}`;
  return public_origins.includes(origin) ? origin : undefined;
}

/** Whether the connection comes from this computer, and the request is for a loopback name. */
export const isOnLoopback = (request: FastifyRequest): boolean =>
  isLoopbackAddress(peerOf(request)) && isLoopback(request.own_host);

/** Whether a program on this computer called the server directly, by a loopback name. */
const isLocal = (request: FastifyRequest, network: Network): boolean =>
  isOnLoopback(request) && !isForwarded(request, network);

function withoutTls(request: FastifyRequest, network: Network, origin: string): string {
  const isProxy = network.isTrusted(peerOf(request)) && request.headers["x-forwarded-proto"] === undefined;
  return isProxy
    ? "The reverse proxy does not report whether it received the request over TLS. Configure it to send X-Forwarded-Proto."
    : `This server accepts requests over TLS only. Use ${origin}.`;
}

/** Returns the HTTPS address of a page that the user opened through a reverse proxy without TLS. Requests of programs are not redirected:
 * otherwise a program would send its key without TLS again and again without an error (ASVS 4.1.2). */
function redirectOf(request: FastifyRequest, network: Network): string | undefined {
  const { method, url, headers, is_tls } = request;
  if (is_tls || !isForwarded(request, network) || headers["x-forwarded-proto"] === undefined) return undefined;
  const origin = publicOriginOf(request, network);
  // Browsers send no Sec-Fetch headers without TLS. Programs do not ask for HTML.
  const isPage = (method === "GET" || method === "HEAD") && headers.accept?.includes("text/html") === true;
  return isPage && url.startsWith("/") && !API.test(url) && origin !== undefined ? `${origin}${url}` : undefined;
}

const API = /^\/(api|health|metrics|openapi\.json)(\/|\?|$)/;

const otherSite = (): Problem =>
  new Problem("forbidden-host", "Pages of other sites may not use this server. Open Skuport at its own address.");

function isOwnSite(request: FastifyRequest): boolean {
  const { "sec-fetch-site": site } = request.headers;
  return site === undefined || OWN_SITE.has(site) || opensDocument(request);
}

/** Whether the browser opens a top-level document: a link on another site may open our page. */
const opensDocument = ({ method, headers }: FastifyRequest): boolean =>
  (method === "GET" || method === "HEAD") &&
  headers["sec-fetch-mode"] === "navigate" &&
  headers["sec-fetch-dest"] === "document";

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return LOOPBACK.has(name) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) || name.endsWith(".localhost");
}

/** Whether the URL in `Origin` has this host. Sandboxed pages send `null`, which is not a URL. */
function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
