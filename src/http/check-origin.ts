// Even on loopback, a page of another site must not reach us: neither by a name that it points at 127.0.0.1 (DNS
// rebinding) nor by a cross-site request of the browser.
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../../contract/problems.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export function checkOrigin(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  done(faultOf(request));
}

function faultOf(request: FastifyRequest): Problem | undefined {
  const { host = "", origin } = request.headers;
  if (!isLoopback(host))
    return new Problem("forbidden-host", `The host "${host}" is not served here. Use 127.0.0.1 or localhost.`);
  if (SAFE.has(request.method)) return undefined;
  const site = request.headers["sec-fetch-site"];
  const is_cross_site =
    site !== undefined
      ? site === "cross-site" || site === "same-site"
      : origin !== undefined && !isSameHost(origin, host);
  return is_cross_site
    ? new Problem("forbidden-host", "A page of another site may not change anything here.")
    : undefined;
}

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return LOOPBACK.has(name) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) || name.endsWith(".localhost");
}

function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
