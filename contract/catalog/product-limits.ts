// Limits of a product's values, shared by imports, edits, bulk changes and the page. Without zod, so that commands and the
// loader can import them at no cost.

/** Characters (code points). The key of a longer SKU might not fit into a B-tree entry (2,704 bytes). */
export const MAX_SKU_CHARACTERS = 255;
/** Characters (code points). Names are shown in lists and searched. */
export const MAX_NAME_CHARACTERS = 1000;
/** Bytes of UTF-8 of a description or an attribute. A record of a file holds 1,048,576 bytes at most. */
export const MAX_TEXT_BYTES = 1_000_000;
/** Characters (code points). An attribute's name is a key in every product. */
export const MAX_ATTRIBUTE_NAME_CHARACTERS = 200;
/** Forbidden as an attribute's name: most programs that parse JSON into objects lose this key, Node included. */
export const UNUSABLE_ATTRIBUTE_NAME = "__proto__";
/** A record has at most 2,000 fields, and four of them are the product's own columns. */
export const MAX_ATTRIBUTES = 1996;
