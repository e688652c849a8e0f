// A separate file without zod: the delivery thread imports it, and each library would use memory a second time there.

/** Maximum number of products in a `products.changed` event. */
export const MAX_BATCH_ITEMS = 500;
