// Compares entity tags with the headers `If-Match` and `If-None-Match` (https://www.rfc-editor.org/rfc/rfc9110#section-13).
import { Problem } from "../contract/problems.ts";

/** Whether the header matches the current tag. The header is `*` or a comma-separated list of entity tags. If `isWeak`, weak
 * tags (`W/"…"`) can match too.
 * @param etag the current tag; undefined if the resource does not exist
 * @throws Problem invalid-request if the header is not valid */
export function matchesTag(header: string, name: string, etag: string | undefined, isWeak: boolean): boolean {
  const text = header.trim();
  if (text === "*") return etag !== undefined;
  if (!ENTITY_TAGS.test(text)) {
    throw new Problem(
      "invalid-request",
      `The header ${name} is not valid. Send the ETag including the quotes, such as "17-3", or send *.`,
      {
        extra: { errors: [{ pointer: `/headers/${name}`, detail: "Not a valid entity tag." }] },
      },
    );
  }
  if (etag === undefined) return false;
  return text.split(",").some((tag) => tag.trim() === etag || (isWeak && tag.trim() === `W/${etag}`));
}

/** A comma-separated list of entity tags. Our tags contain no commas, so tags with commas are rejected. No two adjacent parts of the
 * expression can match the same character, so matching takes linear time. */
const ENTITY_TAGS = /^(?:W\/)?"[^",]*"(?:\s*,\s*(?:W\/)?"[^",]*")*$/;
