// URLs of products. Does not import zod, because the client loads this file for every request.

/** Words after `/api/products/` that belong to URLs of other endpoints. The URL of a product with such a SKU must differ from those
 * URLs. */
const RESERVED: ReadonlySet<string> = new Set(["attributes", "bulk", "export", "facets", "positions"]);

/** The path segment of a SKU. A reserved word gets a capital letter: URLs are case-sensitive, SKUs are not. */
export const skuSegment = (sku: string): string =>
  encodeURIComponent(RESERVED.has(sku) ? sku.charAt(0).toUpperCase() + sku.slice(1) : sku);

export const productPath = (sku: string): string => `/api/products/${skuSegment(sku)}`;
