// Checks `If-Match` and `If-None-Match` against the product's ETag, which contains its id and version
// (https://www.rfc-editor.org/rfc/rfc9110#section-13).
import { productPath } from "../../../contract/catalog/product-path.ts";
import { Problem } from "../../../contract/problems.ts";
import { etagOf, type Product } from "../../../contract/catalog/products.ts";

export interface Preconditions {
  if_match: string | undefined;
  if_none_match: string | undefined;
}

type Tagged = Pick<Product, "id" | "version">;

/** Checks the preconditions of a request that edits a product.
 * @param current the product, or undefined if it does not exist
 * @throws Problem precondition-failed with the current version if a precondition does not hold; invalid-request if an entity tag is not
 * valid */
export function checkPreconditions(sku: string, current: Tagged | undefined, conditions: Preconditions): void {
  const { if_match, if_none_match } = conditions;
  const holds =
    (if_match === undefined || matches(if_match, "if-match", current, false)) &&
    (if_none_match === undefined || !matches(if_none_match, "if-none-match", current, true));
  if (holds) return;
  const detail =
    current === undefined
      ? `No product has the SKU "${sku}".`
      : `The product was changed or created meanwhile. The product's ETag is now ${etagOf(current)}. Read the product again, and repeat your change if it is still needed.`;
  const link = current === undefined ? null : productPath(sku);
  throw new Problem("precondition-failed", detail, { extra: { version: current?.version ?? null, link } });
}

/** Whether the header, `*` or a comma-separated list of entity tags, matches the current product. If `isWeak`, weak tags (`W/"…"`) can
 * match too. */
function matches(header: string, name: string, current: Tagged | undefined, isWeak: boolean): boolean {
  const text = header.trim();
  if (text === "*") return current !== undefined;
  const tags = text.match(ENTITY_TAGS) === null ? [] : text.split(",").map((tag) => tag.trim());
  if (tags.length === 0) {
    throw new Problem(
      "invalid-request",
      `The header ${name} is not valid. Send the product's ETag including the quotes, such as "17-3", or send *.`,
      {
        extra: { errors: [{ pointer: `/headers/${name}`, detail: "Not a valid entity tag." }] },
      },
    );
  }
  if (current === undefined) return false;
  const etag = etagOf(current);
  return tags.some((tag) => tag === etag || (isWeak && tag === `W/${etag}`));
}

/** A comma-separated list of entity tags. Our tags contain no commas, so tags with commas are rejected. No two adjacent parts of the
 * expression can match the same character, so matching takes linear time. */
const ENTITY_TAGS = /^(?:W\/)?"[^",]*"(?:\s*,\s*(?:W\/)?"[^",]*")*$/;
