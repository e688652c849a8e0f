// Computes entity tags of responses and compares them with `If-None-Match`.
import { createHash } from "node:crypto";

/** Returns a weak entity tag for the response. The tag is weak because it covers the content and not the bytes: white space and compression
 * may differ. */
export function hashTag(response: unknown): string {
  return `W/"${createHash("sha256").update(JSON.stringify(response)).digest("base64url").slice(0, 27)}"`;
}

/** Whether `If-None-Match` contains the tag, by weak comparison (https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2). */
export function matchesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const tags = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((one) => opaque(one) === opaque(tag));
}

const opaque = (tag: string): string => tag.replace(/^W\//, "");
