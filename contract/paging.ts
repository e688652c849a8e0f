// Parameters and responses for the pages and time ranges of lists. A request has `cursor`, a response has `next_cursor`; `since`
// is inclusive and `until` exclusive.
import { z } from "zod";

/** Maximum length of a cursor. The longest cursors are those of the product list: they contain a name's first 100 characters
 * and a SKU, in Base64. */
const MAX_CURSOR_CHARACTERS = 8000;

const cursor = z
  .string()
  .min(1)
  .max(MAX_CURSOR_CHARACTERS)
  .optional()
  .describe("`next_cursor` of the previous page, used with the same filter; omit this parameter for the first page");

export const next_cursor = z
  .string()
  .nullable()
  .describe("Opaque cursor of the next page: pass it as `cursor`. null on the last page");

/** Query parameters of a list: `limit` with its default and maximum, and `cursor`. */
export const pageQuery = (sizes: { limit: number; max: number }) => ({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(sizes.max)
    .default(sizes.limit)
    .describe("Maximum number of items to return"),
  cursor,
});

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next_cursor });

const instant = z.iso.datetime({ offset: true });
export const since = instant.optional().describe("Only items from this time on");
export const until = instant.optional().describe("Only items before this time");
