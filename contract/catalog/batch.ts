// By itself, without zod: the thread that delivers needs it, and each library there is memory a second time.

/** Products that one event of an import or bulk change names. */
export const MAX_BATCH_ITEMS = 500;
