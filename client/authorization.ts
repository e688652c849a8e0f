// Sends the API key of a request. A browser sends its cookie instead, and this file adds nothing.
import { Problem } from "../contract/problems.ts";
import { UnreachableError } from "./answer.ts";

/** The characters of an API key. A header cannot contain line breaks, and the error of `fetch` about them would show the key. */
const KEY = /^[\w-]{1,200}$/;

/** Returns the header with the API key; without a key, no header.
 * @throws {Problem} if the text cannot be an API key. The message does not contain the text */
export function authorization(key: string | undefined): Record<string, string> {
  if (key === undefined) return {};
  if (KEY.test(key)) return { authorization: `Bearer ${key}` };
  throw new Problem(
    "sign-in-required",
    "The API key contains characters that no API key has. Copy the whole key again, without spaces or line breaks.",
  );
}

/** Options of `fetch` for a request with a key: a redirect is not followed, because it can lead to another server. */
export const redirectOf = (key: string | undefined): { redirect?: "manual" } =>
  key === undefined ? {} : { redirect: "manual" };

/** Throws if the response to a request with a key is a redirect. A browser hides the status of such a response: its type is
 * `opaqueredirect`. */
export function refuseRedirect(key: string | undefined, { status, type, headers }: Response): void {
  if (key !== undefined && (type === "opaqueredirect" || isRedirect(status)))
    throw redirectError(status, headers.get("location"));
}

/** Whether the error reports a redirect, which the next attempt would get again. */
export const isRedirectError = (error: unknown): boolean =>
  error instanceof UnreachableError && isRedirect(error.status ?? 0);

export const isRedirect = (status: number): boolean => status >= 300 && status < 400;

export function redirectError(status: number, location: string | null | undefined): UnreachableError {
  const target =
    location === null || location === undefined || !URL.canParse(location)
      ? "another address"
      : new URL(location).origin;
  return new UnreachableError(
    `The server redirects to ${target}, and the API key is not sent there. If that is the right server, use its address directly.`,
    { status },
  );
}
