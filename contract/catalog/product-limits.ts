// Limits of a product's values, shared by imports, edits, bulk changes and the page. Does not import zod, which would slow down
// the start of commands and the loader.

/** Maximum length of a SKU in characters (code points). The key of a longer SKU might not fit into a B-tree entry (2,704
 * bytes). */
export const MAX_SKU_CHARACTERS = 255;
/** Maximum length of a name in characters (code points). Lists show the whole name, and the search index contains it. */
export const MAX_NAME_CHARACTERS = 1000;
/** Maximum size of a description or an attribute value in bytes of UTF-8. It must fit into a record of a file, which has at
 * most 1,048,576 bytes. */
export const MAX_TEXT_BYTES = 1_000_000;
/** Maximum length of an attribute's name in characters (code points). Every product that has the attribute stores the name. */
export const MAX_ATTRIBUTE_NAME_CHARACTERS = 200;
/** A name that attributes must not have: most programs that parse JSON into objects lose this key, including programs that run
 * on Node. */
export const UNUSABLE_ATTRIBUTE_NAME = "__proto__";
/** Maximum number of attributes of a product. A record has at most 2,000 fields, and five of them are not attributes: SKU,
 * name, description, active and parent SKU. */
export const MAX_ATTRIBUTES = 1995;
