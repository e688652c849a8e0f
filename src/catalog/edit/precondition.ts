// Checks `If-Match` and `If-None-Match` against the product's ETag, which contains its id and version
// (https://www.rfc-editor.org/rfc/rfc9110#section-13).
import { matchesTag } from "../../entity-tags.ts";
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
  const etag = current === undefined ? undefined : etagOf(current);
  const holds =
    (if_match === undefined || matchesTag(if_match, "if-match", etag, false)) &&
    (if_none_match === undefined || !matchesTag(if_none_match, "if-none-match", etag, true));
  if (holds) return;
  const detail =
    etag === undefined
      ? `No product has the SKU "${sku}".`
      : `The product was created or changed since you last read it. The product's ETag is now ${etag}. Read the product again, and repeat your change if it is still needed.`;
  const link = current === undefined ? null : productPath(sku);
  throw new Problem("precondition-failed", detail, { extra: { version: current?.version ?? null, link } });
}
