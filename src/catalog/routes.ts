// The HTTP of products.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { editRoutes } from "./edit-routes.ts";
import { skuKey } from "./sku-key.ts";
import { listProducts, readProduct } from "./store.ts";
import { Problem } from "../../contract/problems.ts";
import { get_product, list_products } from "../../contract/products.ts";

export function productRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  editRoutes(instance, { pool });
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.route({
    ...list_products,
    handler: async ({ query: { limit, cursor } }) => {
      const items = await listProducts(pool, cursor === undefined ? "" : keyOfCursor(cursor), limit);
      const last = items.length === limit ? items.at(-1) : undefined;
      return { items, next_cursor: last === undefined ? null : cursorOf(last.sku_key) };
    },
  });

  app.route({
    ...get_product,
    handler: async ({ params: { sku } }) => {
      // PostgreSQL's text takes no NUL, so no product can have one.
      const product = sku.includes("\0") ? undefined : await readProduct(pool, skuKey(sku));
      if (product === undefined) throw new Problem("not-found", `There is no product with the SKU "${sku}".`);
      return product;
    },
  });
}

const cursorOf = (sku_key: string): string => Buffer.from(JSON.stringify([sku_key])).toString("base64url");

function keyOfCursor(cursor: string): string {
  try {
    const [key] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (typeof key === "string" && !key.includes("\0")) return key;
  } catch {
    // told below
  }
  throw new Problem("invalid-request", "The cursor is not one that this list gave. Begin without it.");
}
