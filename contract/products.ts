// The wire of products.
import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { problem_document } from "./problems.ts";

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

export const list_products = endpoint({
  method: "GET",
  url: "/api/products",
  schema: {
    operationId: "list_products",
    summary: "List products in SKU order",
    tags: ["products"],
    querystring: z
      .object({
        limit: z.coerce.number().int().min(1).max(200).default(50),
        cursor: z.string().max(2000).optional().describe("`next_cursor` of the page before"),
      })
      .strict(),
    response: {
      200: z.object({ items: z.array(product), next_cursor: z.string().nullable() }),
      400: problem_document,
    },
  },
});

export const get_product = endpoint({
  method: "GET",
  url: "/api/products/:sku",
  schema: {
    operationId: "get_product",
    summary: "Show a product; the SKU in any case",
    tags: ["products"],
    params: z.object({ sku: z.string().min(1).max(1000) }),
    response: { 200: product, 400: problem_document, 404: problem_document },
  },
});
