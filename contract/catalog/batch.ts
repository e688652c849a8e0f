// Separate file that does not import zod: the delivery thread imports this file, and a library that is loaded in a second thread
// uses its memory a second time.

/** Maximum number of products in a `products.changed` event. */
export const MAX_BATCH_ITEMS = 500;
