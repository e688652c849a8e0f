// Whether the product is still the one that the caller knows (RFC 9110, 13): its ETag has its id and version.
import { productPath } from "../../../contract/catalog/product-path.ts";
import { Problem } from "../../../contract/problems.ts";
import { etagOf, type Product } from "../../../contract/catalog/products.ts";

export interface Preconditions {
  if_match: string | undefined;
  if_none_match: string | undefined;
}

type Known = Pick<Product, "id" | "version">;

/** `current` undefined = there is no such product.
 * @throws Problem precondition-failed with the current version, invalid-request for what is no entity tag */
export function checkPreconditions(sku: string, current: Known | undefined, conditions: Preconditions): void {
  const { if_match, if_none_match } = conditions;
  const holds =
    (if_match === undefined || matches(if_match, "if-match", current, false)) &&
    (if_none_match === undefined || !matches(if_none_match, "if-none-match", current, true));
  if (holds) return;
  const detail =
    current === undefined
      ? `There is no product with the SKU "${sku}".`
      : `Somebody changed or made the product meanwhile: it has the ETag ${etagOf(current)} now. Read it again and decide anew.`;
  const link = current === undefined ? null : productPath(sku);
  throw new Problem("precondition-failed", detail, { extra: { version: current?.version ?? null, link } });
}

/** `*`, or entity tags with commas between; a weak one is equal only where a weak comparison will do. */
function matches(header: string, name: string, current: Known | undefined, isWeakEnough: boolean): boolean {
  const text = header.trim();
  if (text === "*") return current !== undefined;
  const tags = text.match(ENTITY_TAGS) === null ? [] : text.split(",").map((tag) => tag.trim());
  if (tags.length === 0) {
    throw new Problem("invalid-request", `${name}: write the product's ETag with its quotes, such as "17-3", or *.`, {
      extra: { errors: [{ pointer: `/headers/${name}`, detail: "This is no entity tag." }] },
    });
  }
  if (current === undefined) return false;
  const known = etagOf(current);
  return tags.some((tag) => tag === known || (isWeakEnough && tag === `W/${known}`));
}

/** Ours hold no commas, so others need not be understood either. Bounded by the header's length; no two parts overlap. */
const ENTITY_TAGS = /^(?:W\/)?"[^",]*"(?:\s*,\s*(?:W\/)?"[^",]*")*$/;
