// Which requests open the page, and where the browser is sent to sign in.
import type { FastifyRequest } from "fastify";

/** Path prefixes that get a problem document instead of the page. */
const NOT_PAGE = ["/api", "/health", "/openapi.json", "/docs", "/assets", "/metrics", "/problems"];
const SIGN_IN = "/sign-in";
const MAX_NEXT = 2000;

export const pathOf = ({ url }: FastifyRequest): string => url.split("?")[0] ?? "";

/** Whether the response is the page: a GET request for any path outside the API. */
export function isPagePath(request: FastifyRequest): boolean {
  const path = pathOf(request);
  return (
    (request.method === "GET" || request.method === "HEAD") &&
    !NOT_PAGE.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
  );
}

/** Whether a browser opens the URL in a tab, so that a person sees the response. */
export const opensTab = (request: FastifyRequest): boolean =>
  isPagePath(request) || (request.method === "GET" && request.headers["sec-fetch-dest"] === "document");

export const isSignInPage = (request: FastifyRequest): boolean => isPagePath(request) && pathOf(request) === SIGN_IN;

/** Returns the URL of the sign-in page, which opens `url` afterwards. `url` is omitted if it could lead to another site. */
export function signInUrl(url: string): string {
  const isOwnPath = /^\/(?![/\\])/.test(url) && url.length <= MAX_NEXT;
  return isOwnPath && url !== "/" ? `${SIGN_IN}?next=${encodeURIComponent(url)}` : SIGN_IN;
}
