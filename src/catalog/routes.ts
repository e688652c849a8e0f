// HTTP routes that list and show products, and the registration of all other product routes.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { countRoutes } from "./list/count-routes.ts";
import { editRoutes } from "./edit/routes.ts";
import { historyRoutes } from "./history/routes.ts";
import { hashTag, matchesTag } from "./edit/etag.ts";
import { listProducts } from "./list/list-products.ts";
import { cursorOf, orderOf, positionOf, startAt } from "./query/order.ts";
import { exportRoutes } from "./export/routes.ts";
import { skuKey } from "./product/sku-key.ts";
import { Memtable } from "./search/pending/memtable.ts";
import { readProduct } from "./store.ts";
import { Problem } from "../../contract/problems.ts";
import { etagOf, get_product, list_products, type Product } from "../../contract/catalog/products.ts";

export { readBacklogSize } from "./search/pending/read-backlog.ts";

export interface ProductRoutesContext {
  pool: pg.Pool;
  /** Called for each request for a list of products. */
  onList?: () => void;
}

export function productRoutes(instance: FastifyInstance, { pool, onList }: ProductRoutesContext): void {
  editRoutes(instance, { pool });
  historyRoutes(instance, { pool });
  exportRoutes(instance, { pool });
  countRoutes(instance, { pool });
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const memtable = new Memtable(pool);

  app.route({
    ...list_products,
    handler: async ({ query: { sort, limit, cursor, from, fields, fold, ...filter }, headers }, reply) => {
      onList?.();
      const order = orderOf(sort);
      const start = from === undefined ? undefined : startAt(from, order);
      const after = cursor === undefined ? start : positionOf(cursor, order);
      const page = await listProducts(pool, { filter, order, after, limit, fold }, { memtable });
      const { items, next, previous, total, pending } = page;
      const response = {
        items:
          fields === undefined
            ? items
            : items.map((item) =>
                pickFields(item, fold ? [...fields.split(","), "variants", "variants_of"] : fields.split(",")),
              ),
        next_cursor: next && cursorOf(order, next),
        previous_cursor: previous && cursorOf(order, previous),
        total,
        ...(pending > LARGE_BACKLOG ? { search_pending: pending } : {}),
      };
      const tag = hashTag(response);
      void reply.header("etag", tag);
      if (matchesTag(headers["if-none-match"], tag)) return reply.code(304).send(null);
      return response;
    },
  });

  app.route({
    ...get_product,
    handler: async ({ params: { sku }, headers }, reply) => {
      // PostgreSQL's text type rejects NUL, so no SKU contains one.
      const product = sku.includes("\0") ? undefined : await readProduct(pool, skuKey(sku));
      if (product === undefined) throw new Problem("not-found", `No product has the SKU "${sku}".`);
      const tag = etagOf(product);
      void reply.header("etag", tag);
      if (matchesTag(headers["if-none-match"], tag)) return reply.code(304).send(null);
      return product;
    },
  });
}

/** If more changes than this are pending, the response includes their number, because the search may have taken longer. */
const LARGE_BACKLOG = 10_000;

const pickFields = (product: Product, fields: readonly string[]): Partial<Product> =>
  Object.fromEntries(fields.map((field) => [field, product[field as keyof Product]]));
