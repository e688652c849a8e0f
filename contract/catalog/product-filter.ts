// Which products are meant: one language for the list, facets, the export (query strings) and bulk operations (JSON).
import { z } from "zod";
import { MAX_FAULTS } from "../faults.ts";

/** PostgreSQL's text takes no NUL, so no product could ever match. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !value.includes("\0"), "no product holds a NUL character");

const changeset_id = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const attribute_value = text(10_000);
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** The conditions; all that are given must hold. */
export const filter_shape = {
  search: text(1000)
    .optional()
    .describe(
      'Text in the SKU, the name or the description, in any case. Of several words each must be found; `"quoted words"` ' +
        "are found as they stand.",
    ),
  sku: text(1000).optional().describe("The SKU in any case, or its beginning and `*`"),
  name: text(1000).optional().describe("Text in the name, in any case"),
  description: text(1000).optional().describe("Text in the description, in any case"),
  active: z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })]).optional(),
  attributes: z
    .record(text(1000), attribute_value)
    .optional()
    .describe("In JSON: values by name. In a query string each is a parameter of its own, `attributes.<Name>=<value>`"),
  created_in: changeset_id.optional().describe("The changeset that created the product"),
  changed_in: changeset_id.optional().describe("The changeset that last changed it"),
  updated_since: z.iso
    .datetime({ offset: true })
    .refine((value) => Date.parse(value) >= FIRST_MS && Date.parse(value) <= LAST_MS, "a time of the years 1 to 9999")
    .optional()
    .describe("Changed at this time or later"),
};

/** As it comes: `attributes.<Name>` may stand beside `attributes`; `attributesOf` reads both. */
export type ProductFilter = z.output<z.ZodObject<typeof filter_shape>> & Record<string, unknown>;

const ATTRIBUTE_PREFIX = "attributes.";
/** Conditions on attributes that one request may make. */
export const MAX_FILTER_ATTRIBUTES = 50;
/** Characters of all texts of a filter that is sent as JSON; a query string is bounded by the server's limit for headers. */
const MAX_FILTER_CHARACTERS = 100_000;

/** The filter and `more` parameters. Any other is an error that names those there are. */
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
      // Each fault names all parameters: the first hundred say enough.
      for (const name of unknown.slice(0, MAX_FAULTS)) {
        const fault = faultOfUnknown(name, (given as Record<string, unknown>)[name], known);
        if (fault !== undefined) context.addIssue({ code: "custom", path: [name], message: fault });
      }
      if (unknown.length + Object.keys(given.attributes ?? {}).length > MAX_FILTER_ATTRIBUTES) {
        const message = `Filter by at most ${MAX_FILTER_ATTRIBUTES} attributes at once.`;
        context.addIssue({ code: "custom", path: ["attributes"], message });
      }
    });
};

function faultOfUnknown(name: string, value: unknown, known: readonly string[]): string | undefined {
  const attribute = name.slice(ATTRIBUTE_PREFIX.length);
  if (!name.startsWith(ATTRIBUTE_PREFIX) || attribute === "") {
    return `there is no parameter "${name.slice(0, 100)}"; there are ${known.join(", ")}`;
  }
  if (attribute.length > 1000 || attribute.includes("\0")) return "no attribute has such a name";
  return attribute_value.safeParse(value).error?.issues[0]?.message;
}

/** The whole filter as JSON. */
export const product_filter = filterWith({})
  .superRefine((filter, context) => {
    if (countText(filter) <= MAX_FILTER_CHARACTERS) return;
    const message = `The filter holds more than ${MAX_FILTER_CHARACTERS.toLocaleString("en")} characters. Shorten it.`;
    context.addIssue({ code: "custom", message });
  })
  .meta({ id: "ProductFilter" });

/** Characters of all names and texts in a JSON value. */
export function countText(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce((sum, [name, member]) => sum + name.length + countText(member), 0);
}

/** All conditions on attributes: name and value; the value `*` = any, and `\*` is the star itself. */
export function attributesOf(filter: ProductFilter): [name: string, value: string][] {
  const flat = Object.entries(filter).filter(([name]) => name.startsWith(ATTRIBUTE_PREFIX));
  return [
    ...Object.entries(filter.attributes ?? {}),
    ...flat.map(([name, value]): [string, string] => [name.slice(ATTRIBUTE_PREFIX.length), String(value)]),
  ];
}
