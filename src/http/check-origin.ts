// Even on loopback, a page of another site must not reach us: neither by a name that it points at 127.0.0.1 (DNS
// rebinding) nor by a cross-site request of the browser, which could read nothing but would still cost a stream or a query.
import type { FastifyReply, FastifyRequest } from "fastify";
import { isLoopbackAddress } from "./caller.ts";
import { Problem } from "../../contract/problems.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Of Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/): our own page, and what the user entered or opened. */
const OWN_SITE = new Set(["same-origin", "none"]);

export function checkOrigin(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  done(faultOf(request));
}

function faultOf(request: FastifyRequest): Problem | undefined {
  const { host = "", origin, "sec-fetch-site": site } = request.headers;
  if (!isLoopback(host))
    return new Problem("forbidden-host", `The host "${host}" is not served here. Use 127.0.0.1 or localhost.`);
  const isOwnSite = site === undefined || OWN_SITE.has(site) || opensDocument(request);
  if (isOwnSite && (origin === undefined || [host, ...forwardedHost(request)].some((own) => isSameHost(origin, own))))
    return undefined;
  return new Problem("forbidden-host", "A page of another site may not use this server. Open it by its own address.");
}

/** The public name by which a reverse proxy on this computer was called; `Host` is still required to be a loopback name. A page of
 * another site cannot send this header without a CORS preflight, which no route answers. */
function forwardedHost({ raw, headers }: FastifyRequest): string[] {
  const name = headers["x-forwarded-host"];
  return typeof name === "string" && isLoopbackAddress(raw.socket.remoteAddress ?? "") ? [name.trim()] : [];
}

/** A link from another site may lead here, into a window of its own. */
const opensDocument = ({ method, headers }: FastifyRequest): boolean =>
  (method === "GET" || method === "HEAD") &&
  headers["sec-fetch-mode"] === "navigate" &&
  headers["sec-fetch-dest"] === "document";

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return LOOPBACK.has(name) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) || name.endsWith(".localhost");
}

/** `null`, which a sandboxed page sends, is no host. */
function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
