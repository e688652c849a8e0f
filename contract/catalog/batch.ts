// Separate file that does not import zod: the delivery thread imports this file, and each thread needs its own memory for a library that it
// loads.

/** Maximum number of products in a `products.changed` event. */
export const MAX_BATCH_ITEMS = 500;
