// The product filter, shared by lists, facets and exports (query string) and bulk operations (JSON).
import { z } from "zod";
import { MAX_FAULTS } from "../faults.ts";

/** A string of 1 to `max` characters without NUL. PostgreSQL text cannot contain NUL, so no product could match it. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !value.includes("\0"), "a NUL character is not allowed");

const changeset_id = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const attribute_value = text(10_000);
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** Conditions of the filter. A product matches if it meets all conditions that are given. */
export const filter_shape = {
  search: text(1000)
    .optional()
    .describe(
      'Words to search for in SKU, name and description; not case-sensitive. All words must occur; `"quoted words"` must occur as a phrase',
    ),
  sku: text(1000).optional().describe("SKU, or the beginning of a SKU followed by `*`; not case-sensitive"),
  name: text(1000).optional().describe("Part of the name; not case-sensitive"),
  description: text(1000).optional().describe("Part of the description; not case-sensitive"),
  accents: z
    .enum(["exact", "ignore"])
    .optional()
    .describe(
      "How `search`, `name` and `description` compare letters. `ignore`: `creme` also finds `Crème`; `ß`, `æ` and `œ` equal `ss`, `ae` and " +
        "`oe`; `ø`, `ł` and `đ` equal `o`, `l` and `d`. `exact` (default): accents matter",
    ),
  active: z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })]).optional(),
  parent_sku: text(1000).optional().describe("SKU of the product's parent; not case-sensitive"),
  attributes: z
    .record(text(1000), attribute_value)
    .optional()
    .describe(
      "Attribute values by attribute name; a list matches if one of its elements is the value. In a query string, write each " +
        "attribute as a parameter: `attributes.<Name>=<value>`",
    ),
  created_in: changeset_id.optional().describe("Id of the changeset that created the product"),
  changed_in: changeset_id.optional().describe("Id of the changeset that last changed the product"),
  updated_since: z.iso
    .datetime({ offset: true })
    .refine(
      (value) => Date.parse(value) >= FIRST_MS && Date.parse(value) <= LAST_MS,
      "give a time in the years 1 to 9999",
    )
    .optional()
    .describe("Earliest time of the last change: only products that were last changed at this time or later match"),
};

/** The parsed filter. It may contain members `attributes.<Name>` in addition to `attributes`; `attributesOf` reads both. */
export type ProductFilter = z.output<z.ZodObject<typeof filter_shape>> & Record<string, unknown>;

const ATTRIBUTE_PREFIX = "attributes.";
/** Maximum number of attribute conditions in a filter. */
export const MAX_FILTER_ATTRIBUTES = 50;
/** Maximum total length of all names and values of a JSON filter, in characters. Filters in query strings are limited by the
 * server's limit for headers. */
const MAX_FILTER_CHARACTERS = 100_000;

/** Schema of the filter plus `more` parameters. The error for an unknown parameter lists the known parameters. */
export const filterWith = <const More extends z.ZodRawShape>(more: More) => {
  const known = [
    ...Object.keys({ ...filter_shape, ...more }).filter((name) => name !== "attributes"),
    "attributes.<Name>",
  ];
  return z
    .object({ ...filter_shape, ...more })
    .catchall(z.unknown())
    .superRefine((given, context) => {
      const unknown = Object.keys(given).filter((name) => !(name in filter_shape) && !(name in more));
      // Report only the first unknown parameters, because each fault lists all known parameters.
      for (const name of unknown.slice(0, MAX_FAULTS)) {
        const fault = faultOfUnknown(name, (given as Record<string, unknown>)[name], known);
        if (fault !== undefined) context.addIssue({ code: "custom", path: [name], message: fault });
      }
      if (unknown.length + Object.keys(given.attributes ?? {}).length > MAX_FILTER_ATTRIBUTES) {
        const message = `Filter by at most ${MAX_FILTER_ATTRIBUTES} attributes.`;
        context.addIssue({ code: "custom", path: ["attributes"], message });
      }
    });
};

function faultOfUnknown(name: string, value: unknown, known: readonly string[]): string | undefined {
  const attribute = name.slice(ATTRIBUTE_PREFIX.length);
  if (!name.startsWith(ATTRIBUTE_PREFIX) || attribute === "") {
    return `there is no parameter "${name.slice(0, 100)}"; the parameters are ${known.join(", ")}`;
  }
  if (attribute.length > 1000 || attribute.includes("\0"))
    return "an attribute name has 1 to 1000 characters and no NUL";
  return attribute_value.safeParse(value).error?.issues[0]?.message;
}

/** Schema of a filter in a JSON body. */
export const product_filter = filterWith({})
  .superRefine((filter, context) => {
    if (countText(filter) <= MAX_FILTER_CHARACTERS) return;
    const message = `The filter contains more than ${MAX_FILTER_CHARACTERS.toLocaleString("en")} characters. Shorten it.`;
    context.addIssue({ code: "custom", message });
  })
  .meta({ id: "ProductFilter" });

/** Total length of all member names and strings in a JSON value, in characters. */
export function countText(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, member]) => sum + name.length + countText(member), 0);
}

/** Returns all attribute conditions of a filter, each as name and value. The value `*` matches any value; `\*` matches a
 * literal asterisk. */
export function attributesOf(filter: ProductFilter): [name: string, value: string][] {
  const flat = Object.entries(filter).filter(([name]) => name.startsWith(ATTRIBUTE_PREFIX));
  return [
    ...Object.entries(filter.attributes ?? {}),
    ...flat.map(([name, value]): [string, string] => [name.slice(ATTRIBUTE_PREFIX.length), String(value)]),
  ];
}
