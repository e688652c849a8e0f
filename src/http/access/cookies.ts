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
  return tokenOf(request, cookieName(request));
}

/** Returns the token in the cookie with this name. */
function tokenOf({ headers }: FastifyRequest, name: string): string | undefined {
  const found = (headers.cookie ?? "")
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
  const token = found?.slice(name.length + 1) ?? "";
  return isToken(token) ? token : undefined;
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  void reply.header("set-cookie", cookieOf(request, cookieName(request), token, MAX_SESSION_DAYS * 86_400));
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header("set-cookie", cookieOf(request, cookieName(request), "", 0));
}

/** The cookie that binds a sign-in at the identity provider to the browser that has started it. */
const signOnCookieName = (request: FastifyRequest): string => `${cookieName(request)}-sign-on`;

export const signOnTokenOf = (request: FastifyRequest): string | undefined =>
  tokenOf(request, signOnCookieName(request));

export function setSignOnCookie(request: FastifyRequest, reply: FastifyReply, token: string, minutes: number): void {
  void reply.header("set-cookie", cookieOf(request, signOnCookieName(request), token, minutes * 60));
}

export function clearSignOnCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header("set-cookie", cookieOf(request, signOnCookieName(request), "", 0));
}

function cookieOf({ is_tls }: FastifyRequest, name: string, value: string, maxAgeSeconds: number): string {
  const secure = is_tls ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}
