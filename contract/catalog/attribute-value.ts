// The value of an attribute: a text, or a list of texts. Does not import zod, which would slow down the start of commands and the loader.

export type AttributeValue = string | string[];

/** Maximum number of elements of a list. */
export const MAX_LIST_ELEMENTS = 1000;

/**
 * In exported and imported files, a column name with this ending marks a column that can contain lists. In such a column, a cell that
 * begins with `[` or `"` contains JSON: a list or a text. Any other cell contains a text.
 */
export const LIST_SUFFIX = "[]";

export const isList = (value: unknown): value is string[] => Array.isArray(value);

/** Whether a value is the same as no value at all: an empty text or an empty list. */
export const isBlankValue = (value: unknown): boolean => value === "" || (isList(value) && value.length === 0);
