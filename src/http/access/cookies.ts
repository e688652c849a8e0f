// The session cookie.
import type { FastifyReply, FastifyRequest } from "fastify";
import { MAX_SESSION_DAYS } from "../../identity/sessions/store.ts";
import { isToken } from "../../identity/tokens.ts";

/** Browsers accept this name only with `Secure`, `Path=/` and without `Domain`, so no other host can set the cookie. */
const SECURE_NAME = "__Host-skuport";

/** Returns the name of the session cookie. Without TLS, it contains the port: browsers send a cookie to all ports of a host, so two
 * servers on one computer would otherwise replace each other's sessions. */
export const cookieName = ({ is_tls, raw }: FastifyRequest): string =>
  is_tls ? SECURE_NAME : `skuport-${raw.socket.localPort ?? 80}`;

/** Returns the token of the session cookie; undefined if the request has no cookie of this name or its value is not a token. */
export function sessionTokenOf(request: FastifyRequest): string | undefined {
  const name = `${cookieName(request)}=`;
  const found = (request.headers.cookie ?? "")
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(name));
  const token = found?.slice(name.length) ?? "";
  return isToken(token) ? token : undefined;
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  void reply.header("set-cookie", cookieOf(request, token, MAX_SESSION_DAYS * 86_400));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header("set-cookie", cookieOf(request, "", 0));
}

function cookieOf(request: FastifyRequest, value: string, maxAgeSeconds: number): string {
  const secure = request.is_tls ? "; Secure" : "";
  return `${cookieName(request)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}
