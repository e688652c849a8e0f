// Values that a bulk change sets.
import { z } from "zod";
import { MAX_LIST_ELEMENTS } from "./attribute-value.ts";
import { countText } from "./product-filter.ts";
import { MAX_NAME_CHARACTERS, MAX_TEXT_BYTES } from "./product-limits.ts";

/** Maximum number of attributes in a bulk change; the same as the maximum number of columns of a file. */
const MAX_SET_ATTRIBUTES = 2000;
/** Maximum total length of all values, in characters. It is limited because each changed product stores a copy of the values. */
const MAX_SET_CHARACTERS = 2_000_000;

const attribute_value = z.union([
  z.string().max(MAX_TEXT_BYTES),
  z.array(z.string().min(1).max(MAX_TEXT_BYTES)).max(MAX_LIST_ELEMENTS),
]);

/** New values; omitted fields stay unchanged. An attribute set to null is removed. */
export const bulk_set = z
  .object({
    name: z.string().trim().min(1).max(MAX_NAME_CHARACTERS).optional(),
    description: z.string().max(MAX_TEXT_BYTES).optional(),
    active: z.boolean().optional(),
    parent_sku: z.string().max(1000).optional(),
    attributes: z.record(z.string().min(1).max(1000), attribute_value.nullable()).optional(),
  })
  .strict()
  .refine((set) => Object.keys(set).length > 0, "give at least one value")
  .refine(({ attributes = {} }) => Object.keys(attributes).length <= MAX_SET_ATTRIBUTES, {
    path: ["attributes"],
    message: `Set at most ${MAX_SET_ATTRIBUTES.toLocaleString("en")} attributes in one request.`,
  })
  .refine(
    (set) => countText(set) <= MAX_SET_CHARACTERS,
    `The values contain more than ${MAX_SET_CHARACTERS.toLocaleString("en")} characters. Shorten them.`,
  )
  .meta({ id: "BulkSet" });
export type BulkSet = z.infer<typeof bulk_set>;
