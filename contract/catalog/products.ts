// The wire of products.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { next_cursor, pageQuery } from "../paging.ts";
import { filterWith, text } from "./product-filter.ts";
import { problem_document } from "../problem-document.ts";

export const product = z
  .object({
    sku: z.string(),
    id: z.int(),
    name: z.string(),
    description: z.string(),
    active: z.boolean(),
    attributes: z.record(z.string(), z.unknown()).describe("Every column that has no place of its own, as text"),
    version: z.int(),
    created_in: z.int().describe("The changeset that created the product"),
    changed_in: z.int().describe("The changeset that last changed it"),
    source_line: z.int().nullable().describe("Line of the imported file, where the last change was an import"),
    created_at: z.iso.datetime({ offset: true }),
    updated_at: z.iso.datetime({ offset: true }),
  })
  .meta({ id: "Product" });
export type Product = z.infer<typeof product>;

/** What `If-Match` names: the id too, since a product that is deleted and made anew begins with version 1 again. */
export const etagOf = ({ id, version }: Pick<Product, "id" | "version">): string => `"${id}-${version}"`;

export const SORTS = ["sku", "name", "updated_at", "created_at"] as const;
export const product_sort = z
  .enum([...SORTS, "-sku", "-name", "-updated_at", "-created_at"])
  .default("sku")
  .describe("`-` = the other way round. Texts sort by code point, the letters A to Z in any case alike");
export type ProductSort = z.infer<typeof product_sort>;

const FIELDS = product.keyof().options;
const fields = z
  .string()
  .max(500)
  .refine((list) => list.split(",").every((field) => (FIELDS as readonly string[]).includes(field)), {
    error: `write some of ${FIELDS.join(",")}, with commas between`,
  })
  .describe("Fields that the answer shall have, with commas between; all if it is not given");

const total = z.object({
  value: z.int().min(0),
  relation: z
    .enum(["eq", "gte"])
    .describe("`gte`: there are at least as many; counting them all would keep you waiting"),
});

const unchanged = z.null().describe("`If-None-Match` named what would have been answered");

export const list_products = endpoint({
  method: "GET",
  url: "/api/products",
  access: "viewer",
  schema: {
    operationId: "list_products",
    summary: "List and search products",
    description:
      "Pages follow each other by `next_cursor`, which is null on the last one, and lead back by `previous_cursor`. Where few " +
      "products match among many a page may be shorter than `limit`, even empty, and still have a next one: an answer is never " +
      "waited for longer than the search of a part of the catalogue takes. What is found is exact at every moment, also right " +
      "after an import. With `from` the list begins in its middle and costs what its first page costs.",
    tags: ["products"],
    querystring: filterWith({
      sort: product_sort,
      fields: fields.optional(),
      ...pageQuery({ limit: 50, max: 200 }),
      from: text(1000)
        .optional()
        .describe(
          "A SKU in any case, there or not: the list begins at it or at what follows it. With sort=sku or -sku; a cursor goes " +
            "before it",
        ),
    }),
    response: {
      200: z.object({
        items: z.array(product.partial()),
        next_cursor,
        previous_cursor: z
          .string()
          .nullable()
          .describe("Opaque. Pass it as `cursor` to get the previous page; null on the first page"),
        total,
        search_pending: z
          .int()
          .optional()
          .describe(
            "Changes that the search index does not contain yet, if they are many: the result is exact, but took longer",
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
  schema: {
    operationId: "list_facets",
    summary: "Count the most frequent values of an attribute",
    description:
      "Among the products of the same filter as the list's. Counts are exact up to some ten thousand products; beyond, they " +
      "are estimated from a random sample.",
    tags: ["products"],
    querystring: filterWith({
      attribute: z
        .string()
        .min(1)
        .max(1000)
        .refine((name) => !name.includes("\0"), "no attribute has such a name")
        .describe("The attribute's name, such as `Brand`"),
      limit: z.coerce.number().int().min(1).max(200).default(20),
    }),
    response: {
      200: z.object({
        attribute: z.string(),
        values: z.array(z.object({ value: z.string(), count: z.int() })).describe("The most frequent first"),
        relation: z.enum(["eq", "estimate"]).describe("Whether the counts are exact"),
        sample_size: z.int().describe("Products that were counted: all matching products, or a random sample of them"),
      }),
      400: problem_document,
    },
  },
});

export const list_attributes = endpoint({
  method: "GET",
  url: "/api/products/attributes",
  access: "viewer",
  schema: {
    operationId: "list_attributes",
    summary: "Count the products that have each attribute",
    description: "Counts are exact up to ten thousand products; beyond, they are estimated from a random sample.",
    tags: ["products"],
    querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }).strict(),
    response: {
      200: z.object({
        products: z.int().min(0).describe("Products that there are"),
        items: z
          .array(z.object({ name: z.string(), products: z.int().min(0) }))
          .describe("The attribute that most products have first"),
        relation: z.enum(["eq", "estimate"]).describe("Whether the counts are exact"),
      }),
      400: problem_document,
    },
  },
});

export const list_positions = endpoint({
  method: "GET",
  url: "/api/products/positions",
  access: "viewer",
  schema: {
    operationId: "list_positions",
    summary: "Count the products of a list and show ways into its middle",
    description:
      "For what shows a list of millions and lets its reader jump: how many products match, and cursors of the same list with " +
      "the row at which each enters it. The rows are estimated from a random sample, the pages behind the cursors are exact. " +
      "Counting takes the time that it takes, some seconds at most: ask beside the list, and give up when it is another.",
    tags: ["products"],
    querystring: filterWith({
      sort: product_sort,
      limit: z.coerce.number().int().min(1).max(1000).default(200).describe("Positions at most"),
    }),
    response: {
      200: z.object({
        total: z.object({
          value: z.int().min(0),
          relation: z.enum(["eq", "estimate"]).describe("`estimate`: counting them all took too long"),
        }),
        positions: z.array(
          z.object({
            row: z.int().min(0).describe("About so many products stand before it"),
            value: z.string().describe("What the list is sorted by, there: a SKU, a name or a time"),
            cursor: z.string().describe("For the list, with the same filter and sort"),
          }),
        ),
        last_cursor: z.string().describe("Of the page that ends the list"),
      }),
      400: problem_document,
    },
  },
});

export const get_product = endpoint({
  method: "GET",
  url: "/api/products/:sku",
  access: "viewer",
  schema: {
    operationId: "get_product",
    summary: "Show a product; the SKU in any case",
    description:
      'The ETag is `"<id>-<version>"`. The SKU is percent-encoded, slashes too. A SKU that is a word of this interface ' +
      "(`attributes`, `export`, `facets`, `positions`) is written with a capital letter.",
    tags: ["products"],
    params: z.object({ sku: z.string().min(1).max(1000) }),
    response: { 200: product, 304: unchanged, 400: problem_document, 404: problem_document },
  },
});
