// The session cookie.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { TLSSocket } from "node:tls";
import { MAX_SESSION_DAYS } from "../../identity/sessions/store.ts";
import { isToken } from "../../identity/tokens.ts";

/** Browsers accept this name only with `Secure`, `Path=/` and without `Domain`, so no other host can set the cookie. */
const SECURE_NAME = "__Host-skuport";

export interface CookieSettings {
  /** Whether browsers reach the server by HTTPS, although a reverse proxy forwards the requests by HTTP. */
  https?: boolean;
}

const isSecure = ({ raw }: FastifyRequest, { https }: CookieSettings): boolean =>
  https === true || (raw.socket as Partial<TLSSocket>).encrypted === true;

/** Returns the name of the session cookie. Without TLS, it contains the port: browsers send a cookie to all ports of a host, so two
 * servers on one computer would otherwise replace each other's sessions. */
export const cookieName = (request: FastifyRequest, settings: CookieSettings): string =>
  isSecure(request, settings) ? SECURE_NAME : `skuport-${request.raw.socket.localPort ?? 80}`;

/** Returns the token of the session cookie; undefined if the request has no cookie of this name or its value is not a token. */
export function sessionTokenOf(request: FastifyRequest, settings: CookieSettings): string | undefined {
  const name = `${cookieName(request, settings)}=`;
  const found = (request.headers.cookie ?? "")
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(name));
  const token = found?.slice(name.length) ?? "";
  return isToken(token) ? token : undefined;
}

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  settings: CookieSettings,
): void {
  void reply.header("set-cookie", cookieOf(request, settings, token, MAX_SESSION_DAYS * 86_400));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, settings: CookieSettings): void {
  void reply.header("set-cookie", cookieOf(request, settings, "", 0));
}

function cookieOf(request: FastifyRequest, settings: CookieSettings, value: string, maxAgeSeconds: number): string {
  const secure = isSecure(request, settings) ? "; Secure" : "";
  return `${cookieName(request, settings)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}
