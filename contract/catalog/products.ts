// Endpoints that read products.
import { z } from "zod";
import { boolean_parameter } from "../boolean-parameter.ts";
import { endpoint } from "../endpoint.ts";
import { next_cursor, pageQuery } from "../paging.ts";
import { MAX_LIST_ELEMENTS } from "./attribute-value.ts";
import { filterWith, text } from "./product-filter.ts";
import { problem_document } from "../problem-document.ts";

/** Only describes the value. A response is not validated against it, because that would slow down lists. */
const attribute_value = z.unknown().meta({
  id: "AttributeValue",
  description: `A string, or a list of 1 to ${MAX_LIST_ELEMENTS.toLocaleString("en")} strings`,
  anyOf: [
    { type: "string" },
    { type: "array", items: { type: "string", minLength: 1 }, minItems: 1, maxItems: MAX_LIST_ELEMENTS },
  ],
});

export const product = z
  .object({
    sku: z.string(),
    id: z.int(),
    name: z.string(),
    description: z.string(),
    active: z.boolean(),
    parent_sku: z
      .string()
      .describe("SKU of the product's parent; the parent need not exist; an empty string = the product has no parent"),
    attributes: z.record(z.string(), attribute_value).describe("Attribute values by attribute name"),
    version: z.int(),
    created_in: z.int().describe("Id of the changeset that created the product"),
    changed_in: z.int().describe("Id of the changeset that last changed the product"),
    source_line: z
      .int()
      .nullable()
      .describe("If an import made the last change: line of the imported file; otherwise null"),
    created_at: z.iso.datetime({ offset: true }),
    updated_at: z.iso.datetime({ offset: true }),
  })
  .meta({ id: "Product" });
export type Product = z.infer<typeof product>;

/** Returns the entity tag of a product. The tag includes the id because a product that is deleted and created again restarts at
 * version 1. */
export const etagOf = ({ id, version }: Pick<Product, "id" | "version">): string => `"${id}-${version}"`;

export const SORTS = ["sku", "name", "updated_at", "created_at"] as const;
export const product_sort = z
  .enum([...SORTS, "-sku", "-name", "-updated_at", "-created_at"])
  .default("sku")
  .describe(
    "Sort field; a leading `-` sorts in descending order. Strings are sorted by code point; the letters A to Z are " +
      "not case-sensitive",
  );
export type ProductSort = z.infer<typeof product_sort>;

const FIELDS = product.keyof().options;
const fields = z
  .string()
  .max(500)
  .refine((list) => list.split(",").every((field) => (FIELDS as readonly string[]).includes(field)), {
    error: `use only ${FIELDS.join(",")} separated by commas`,
  })
  .describe("Product fields to return, separated by commas; default: all fields");

const total = z.object({
  value: z.int().min(0),
  relation: z
    .enum(["eq", "gte"])
    .describe(
      "`eq`: `value` is the exact number of products. `gte`: there are at least `value` products; an exact count " +
        "would take too long",
    ),
});

const unchanged = z.null().describe("Not modified: `If-None-Match` contains the current ETag");

export const list_products = endpoint({
  method: "GET",
  url: "/api/products",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_products",
    summary: "List and search products",
    description:
      "If few products match, a page may be shorter than `limit`, or empty, and still have a `next_cursor`: the " +
      "server limits the part of the catalogue that one request scans. Results are always exact, even immediately " +
      "after an import. A page that starts at `from` takes no longer than the first page.",
    tags: ["products"],
    querystring: filterWith({
      sort: product_sort,
      fields: fields.optional(),
      ...pageQuery({ limit: 50, max: 200 }),
      fold: boolean_parameter
        .default(false)
        .describe(
          "Folds the variants of a product into one: the parent or, if the list does not contain it, the variant with the lowest " +
            "SKU. Adds `variants` and `variants_of` to each product. `total` counts all products",
        ),
      from: text(1000)
        .optional()
        .describe(
          "Start at this SKU, or at the next SKU if no product has this SKU. Requires `sort=sku` or `sort=-sku`. " +
            "Ignored if `cursor` is given",
        ),
    }),
    response: {
      200: z.object({
        items: z.array(
          product
            .extend({
              variants: z.int().min(0).describe("With `fold`: number of variants that are folded into this product"),
              variants_of: z.string().describe("With `fold`: the SKU of the parent of these variants"),
            })
            .partial(),
        ),
        next_cursor,
        previous_cursor: z
          .string()
          .nullable()
          .describe("Opaque cursor of the previous page: pass it as `cursor`. null on the first page"),
        total,
        search_pending: z
          .int()
          .optional()
          .describe(
            "Number of changed products that the search index does not contain yet. Present only if this number slows down " +
              "the search; the result is exact nevertheless",
          ),
      }),
      304: unchanged,
      400: problem_document,
    },
  },
});

export const list_facets = endpoint({
  method: "GET",
  url: "/api/products/facets",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_facets",
    summary: "Count the most frequent values of an attribute",
    description:
      "Counts the values among the products that match the filter. If more than about 30,000 products match, or if the " +
      "search index lags, the counts may be estimated from a random sample.",
    tags: ["products"],
    querystring: filterWith({
      attribute: z
        .string()
        .min(1)
        .max(1000)
        .refine((name) => !name.includes("\0"), "a NUL character is not allowed")
        .describe("The attribute's name, such as `Brand`"),
      limit: z.coerce.number().int().min(1).max(200).default(20),
    }),
    response: {
      200: z.object({
        attribute: z.string(),
        values: z
          .array(z.object({ value: z.string(), count: z.int() }))
          .describe("The values, most frequent first. If a product has a list, each element counts as a value"),
        relation: z
          .enum(["eq", "estimate"])
          .describe("`eq`: the counts are exact. `estimate`: they are estimated from a random sample"),
        sample_size: z.int().describe("Number of products examined: all matching products, or a random sample of them"),
      }),
      400: problem_document,
    },
  },
});

export const list_attributes = endpoint({
  method: "GET",
  url: "/api/products/attributes",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_attributes",
    summary: "Count the products that have each attribute",
    description: "If there are more than ten thousand products, the counts are estimated from a random sample.",
    tags: ["products"],
    querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }).strict(),
    response: {
      200: z.object({
        products: z.int().min(0).describe("Number of products in the catalogue"),
        items: z
          .array(z.object({ name: z.string(), products: z.int().min(0) }))
          .describe("The attributes, most frequent first"),
        relation: z
          .enum(["eq", "estimate"])
          .describe("`eq`: the counts are exact. `estimate`: they are estimated from a random sample"),
      }),
      400: problem_document,
    },
  },
});

export const list_positions = endpoint({
  method: "GET",
  url: "/api/products/positions",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_positions",
    summary: "Count the products of a list and get cursors to positions spread over the list",
    description:
      "A scrollbar can use this endpoint to jump to any part of a list of millions of products. It returns the " +
      "number of matching products and a series of cursors, each with its approximate row in the list. Rows are " +
      "estimated from a random sample, but the pages at the cursors are exact. Counting can take a few seconds: " +
      "send this request in parallel with the request for the list, and abort it when the filter changes.",
    tags: ["products"],
    querystring: filterWith({
      sort: product_sort,
      limit: z.coerce.number().int().min(1).max(1000).default(200).describe("Maximum number of positions to return"),
    }),
    response: {
      200: z.object({
        total: z.object({
          value: z.int().min(0),
          relation: z
            .enum(["eq", "estimate"])
            .describe(
              "`eq`: `value` is exact. `estimate`: `value` is an estimate, because an exact count would take too long",
            ),
        }),
        positions: z.array(
          z.object({
            row: z.int().min(0).describe("Approximate number of products before this position"),
            value: z.string().describe("Value of the sort field at this position: a SKU, a name or a time"),
            cursor: z.string().describe("Cursor of this position, for `list_products` with the same filter and sort"),
          }),
        ),
        last_cursor: z.string().describe("Cursor of the last page"),
      }),
      400: problem_document,
    },
  },
});

export const get_product = endpoint({
  method: "GET",
  url: "/api/products/:sku",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "get_product",
    summary: "Show a product; the SKU is not case-sensitive",
    description:
      'The ETag is `"<id>-<version>"`. Percent-encode the SKU, including slashes. The words `attributes`, `bulk`, `export`, ' +
      "`facets` and `positions` are part of other URLs: if the SKU is one of these words, write the SKU with a capital letter.",
    tags: ["products"],
    params: z.object({ sku: z.string().min(1).max(1000) }),
    response: { 200: product, 304: unchanged, 400: problem_document, 404: problem_document },
  },
});
