// The HTTP of products.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { editRoutes } from "./edit-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { hashTag, isKnown } from "./etag.ts";
import { countFacets } from "./facets.ts";
import { listProducts } from "./list.ts";
import { cursorOf, orderOf, positionOf } from "./order.ts";
import { etagOf } from "./precondition.ts";
import { exportRoutes } from "./export/routes.ts";
import { skuKey } from "./sku-key.ts";
import { Tail } from "./search/tail.ts";
import { readProduct } from "./store.ts";
import { Problem } from "../../contract/problems.ts";
import { get_product, list_facets, list_products, type Product } from "../../contract/products.ts";

export { readBacklogSize } from "./search/read-backlog.ts";

export function productRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  editRoutes(instance, { pool });
  historyRoutes(instance, { pool });
  exportRoutes(instance, { pool });
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const tail = new Tail(pool);

  app.route({
    ...list_products,
    handler: async ({ query: { sort, limit, cursor, fields, ...filter }, headers }, reply) => {
      const order = orderOf(sort);
      const after = cursor === undefined ? undefined : positionOf(cursor, order);
      const { items, next, total, behind } = await listProducts(pool, { filter, order, after, limit }, { tail });
      const answer = {
        items: fields === undefined ? items : items.map((item) => thin(item, fields.split(","))),
        next_cursor: next === null ? null : cursorOf(order, next),
        total,
        ...(behind > LARGE_BACKLOG ? { search_behind: behind } : {}),
      };
      const tag = hashTag(answer);
      void reply.header("etag", tag);
      if (isKnown(headers["if-none-match"], tag)) return reply.code(304).send(null);
      return answer;
    },
  });

  app.route({
    ...list_facets,
    handler: async ({ query: { attribute, limit, ...filter } }) => ({
      attribute,
      ...(await countFacets(pool, { attribute, limit, filter })),
    }),
  });

  app.route({
    ...get_product,
    handler: async ({ params: { sku }, headers }, reply) => {
      // PostgreSQL's text takes no NUL, so no product can have one.
      const product = sku.includes("\0") ? undefined : await readProduct(pool, skuKey(sku));
      if (product === undefined) throw new Problem("not-found", `There is no product with the SKU "${sku}".`);
      const tag = etagOf(product.version);
      void reply.header("etag", tag);
      if (isKnown(headers["if-none-match"], tag)) return reply.code(304).send(null);
      return product;
    },
  });
}

/** Changes that the search index has not reached and that an answer speaks of: it may have taken longer. */
const LARGE_BACKLOG = 10_000;

const thin = (product: Product, fields: readonly string[]): Partial<Product> =>
  Object.fromEntries(fields.map((field) => [field, product[field as keyof Product]]));
