// The page that opens after a sign-in.

/** Only for parsing: `.invalid` is never a real host (RFC 2606). */
const ORIGIN = "https://skuport.invalid";

/** Returns the path if it belongs to this server, and otherwise the start page, so that no link through the sign-in leads to another
 * site. Browsers read `//host`, `/\host` and `/<tab>/host` as other hosts, so the URL parser of browsers decides. */
export function safePath(next: string | undefined): string {
  if (next?.startsWith("/") !== true) return "/";
  const url = URL.parse(next, ORIGIN);
  if (url?.origin !== ORIGIN) return "/";
  const path = `${url.pathname}${url.search}${url.hash}`;
  // `/.//host` becomes `//host` when its dots are resolved.
  return path.startsWith("//") ? "/" : path;
}
