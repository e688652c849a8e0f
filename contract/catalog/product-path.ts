// URLs of products. Does not import zod, because the client loads this file for every request.

/** Words that follow `/api/products/` in the URLs of other endpoints. If one of these words is a SKU, the product needs a different URL. */
const RESERVED: ReadonlySet<string> = new Set(["attributes", "bulk", "export", "facets", "positions"]);

/** The path segment of a SKU. A reserved word gets a capital letter: URLs are case-sensitive, SKUs are not. */
export const skuSegment = (sku: string): string =>
  encodeURIComponent(RESERVED.has(sku) ? sku.charAt(0).toUpperCase() + sku.slice(1) : sku);

export const productPath = (sku: string): string => `/api/products/${skuSegment(sku)}`;
