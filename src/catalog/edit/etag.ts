// Entity tags: what a client says it has already.
import { createHash } from "node:crypto";

/** Of any answer, by what it says. Weak: whitespace and compression are not its business. */
export function hashTag(answer: unknown): string {
  return `W/"${createHash("sha256").update(JSON.stringify(answer)).digest("base64url").slice(0, 27)}"`;
}

/** Whether `If-None-Match` names the tag (weak comparison: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const known = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return known.some((one) => opaque(one) === opaque(tag));
}

const opaque = (tag: string): string => tag.replace(/^W\//, "");
