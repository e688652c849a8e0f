// Addresses of products. Without zod: the client loads this file for every request.

/** Literal segments after `/api/products/`: a GET of such an address is not about a product. */
const RESERVED: ReadonlySet<string> = new Set(["attributes", "bulk", "export", "facets", "positions"]);

/** The path segment of a SKU. A reserved word gets a capital letter: SKUs ignore case, addresses do not. */
export const skuSegment = (sku: string): string =>
  encodeURIComponent(RESERVED.has(sku) ? sku.charAt(0).toUpperCase() + sku.slice(1) : sku);

export const productPath = (sku: string): string => `/api/products/${skuSegment(sku)}`;
