// Endpoints that read products.
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
    attributes: z.record(z.string(), z.unknown()).describe("Values of all other columns, as text"),
    version: z.int(),
    created_in: z.int().describe("The changeset that created the product"),
    changed_in: z.int().describe("The changeset that last changed it"),
    source_line: z.int().nullable().describe("Line of the imported file, if the last change was an import"),
    created_at: z.iso.datetime({ offset: true }),
    updated_at: z.iso.datetime({ offset: true }),
  })
  .meta({ id: "Product" });
export type Product = z.infer<typeof product>;

/** The entity tag. It includes the id because a product that is deleted and created again restarts at version 1. */
export const etagOf = ({ id, version }: Pick<Product, "id" | "version">): string => `"${id}-${version}"`;

export const SORTS = ["sku", "name", "updated_at", "created_at"] as const;
export const product_sort = z
  .enum([...SORTS, "-sku", "-name", "-updated_at", "-created_at"])
  .default("sku")
  .describe("`-` = descending. Texts are sorted by code point; A to Z ignore case");
export type ProductSort = z.infer<typeof product_sort>;

const FIELDS = product.keyof().options;
const fields = z
  .string()
  .max(500)
  .refine((list) => list.split(",").every((field) => (FIELDS as readonly string[]).includes(field)), {
    error: `use only ${FIELDS.join(",")} separated by commas`,
  })
  .describe("Fields to return, separated by commas; default: all");

const total = z.object({
  value: z.int().min(0),
  relation: z.enum(["eq", "gte"]).describe("`gte`: at least this many; an exact count would take too long"),
});

const unchanged = z.null().describe("Not modified: `If-None-Match` contains the current ETag");

export const list_products = endpoint({
  method: "GET",
  url: "/api/products",
  access: "viewer",
  schema: {
    operationId: "list_products",
    summary: "List and search products",
    description:
      "If few products match, a page may be shorter than `limit`, or empty, and still have a `next_cursor`: the server " +
      "limits the part of the catalogue that one request scans. Results are always exact, even immediately after an " +
      "import. `from` starts in the middle of the list at the cost of a first page.",
    tags: ["products"],
    querystring: filterWith({
      sort: product_sort,
      fields: fields.optional(),
      ...pageQuery({ limit: 50, max: 200 }),
      from: text(1000)
        .optional()
        .describe(
          "Start at this SKU, or at the next one if it does not exist. Requires sort=sku or -sku; ignored if `cursor` is given",
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
      "Counts among the products that match the filter. Exact up to about ten thousand products, estimated from a random sample beyond.",
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
        values: z.array(z.object({ value: z.string(), count: z.int() })).describe("Most frequent first"),
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
    description: "Exact up to ten thousand products, estimated from a random sample beyond.",
    tags: ["products"],
    querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }).strict(),
    response: {
      200: z.object({
        products: z.int().min(0).describe("Number of products"),
        items: z
          .array(z.object({ name: z.string(), products: z.int().min(0) }))
          .describe("Most frequent attribute first"),
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
    summary: "Count the products of a list and return cursors into its middle",
    description:
      "For scrollbars over millions of products: the number of matches, and cursors with the row at which each enters " +
      "the list. Row numbers are estimated from a random sample; the pages that cursors lead to are exact. Counting can " +
      "take some seconds: request it in parallel with the list, and abort it when the filter changes.",
    tags: ["products"],
    querystring: filterWith({
      sort: product_sort,
      limit: z.coerce.number().int().min(1).max(1000).default(200).describe("Maximum number of positions"),
    }),
    response: {
      200: z.object({
        total: z.object({
          value: z.int().min(0),
          relation: z.enum(["eq", "estimate"]).describe("`estimate`: an exact count would take too long"),
        }),
        positions: z.array(
          z.object({
            row: z.int().min(0).describe("Approximate number of products before it"),
            value: z.string().describe("The sort value there: a SKU, a name or a time"),
            cursor: z.string().describe("Valid for `list_products` with the same filter and sort"),
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
  schema: {
    operationId: "get_product",
    summary: "Show a product; the SKU ignores case",
    description:
      'The ETag is `"<id>-<version>"`. Percent-encode the SKU, including slashes. Write a SKU that is a word of the API ' +
      "(`attributes`, `bulk`, `export`, `facets`, `positions`) with a capital letter.",
    tags: ["products"],
    params: z.object({ sku: z.string().min(1).max(1000) }),
    response: { 200: product, 304: unchanged, 400: problem_document, 404: problem_document },
  },
});
