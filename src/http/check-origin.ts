// Refuses requests that pages of other sites send to this computer. Such a page can call this server by a host name that resolves to
// 127.0.0.1 (DNS rebinding). It can also send cross-site requests: it cannot read their responses, but these requests occupy streams
// and run queries.
import type { FastifyReply, FastifyRequest } from "fastify";
import { isLoopbackAddress } from "./caller.ts";
import { Problem } from "../../contract/problems.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Accepted values of Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/): requests of our own page, and URLs that the user
 * typed. */
const OWN_SITE = new Set(["same-origin", "none"]);

export function checkOrigin(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  done(faultOf(request));
}

function faultOf(request: FastifyRequest): Problem | undefined {
  const { host = "", origin, "sec-fetch-site": site } = request.headers;
  if (!isLoopback(host))
    return new Problem("forbidden-host", `The host "${host}" is not allowed. Use 127.0.0.1 or localhost.`);
  const isOwnSite = site === undefined || OWN_SITE.has(site) || opensDocument(request);
  if (isOwnSite && (origin === undefined || [host, ...forwardedHost(request)].some((own) => isSameHost(origin, own))))
    return undefined;
  return new Problem(
    "forbidden-host",
    "Pages of other sites may not use this server. Open Skuport at its own address.",
  );
}

/** Returns the public host name under which a reverse proxy on this computer was called, from the header `X-Forwarded-Host`. Returns an
 * empty list if the header is missing or the connection comes from another computer. The caller has already refused requests whose header
 * `Host` is not a loopback name. A page of another site cannot send `X-Forwarded-Host` without a CORS preflight, which no route accepts. */
function forwardedHost({ raw, headers }: FastifyRequest): string[] {
  const name = headers["x-forwarded-host"];
  return typeof name === "string" && isLoopbackAddress(raw.socket.remoteAddress ?? "") ? [name.trim()] : [];
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
