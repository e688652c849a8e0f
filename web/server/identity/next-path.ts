// The address that the user wants to open after the sign-in.

export const SIGN_IN_PATH = "/sign-in";
export const SIGN_OUT_PATH = "/sign-out";

const BARE: ReadonlySet<string> = new Set([SIGN_IN_PATH, SIGN_OUT_PATH]);

/** Whether the page at this path works without a session, and without the navigation. */
export const isBarePath = (path: string): boolean => BARE.has(path);

/** The path of the sign-in page that reports the end of the session, and opens `next` afterwards. */
export const endedPath = (next: string): string => `${SIGN_IN_PATH}?ended&next=${encodeURIComponent(next)}`;

/** The whole URL to open after the sign-in. Anything but a path of this origin is ignored, so that a link to the sign-in page cannot send the
 * user to another site. */
export function nextUrl(next: unknown, origin: string): string {
  const start = `${origin}/`;
  if (typeof next !== "string" || !next.startsWith("/")) return start;
  // The URL parser decides: it also finds the host in `//host` and `/\host`.
  const url = URL.parse(next, origin);
  return url === null || url.origin !== origin || isBarePath(url.pathname) ? start : url.href;
}
