// The HTTP of products.
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import pLimit from "p-limit";
import type pg from "pg";
import { countAttributes } from "./attributes.ts";
import { editRoutes } from "./edit-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { hashTag, isKnown } from "./etag.ts";
import { countFacets } from "./facets.ts";
import { listProducts } from "./list.ts";
import { cursorOf, orderOf, positionOf, startAt, THE_END } from "./order.ts";
import { readPositions } from "./positions.ts";
import { exportRoutes } from "./export/routes.ts";
import { skuKey } from "./sku-key.ts";
import { Tail } from "./search/tail.ts";
import { readProduct } from "./store.ts";
import { Problem } from "../../contract/problems.ts";
import {
  etagOf,
  get_product,
  list_attributes,
  list_facets,
  list_positions,
  list_products,
  type Product,
} from "../../contract/products.ts";

export { readBacklogSize } from "./search/read-backlog.ts";

/** A count holds a connection of the pool for seconds; the others wait, and the rest of the pool is everybody else's. */
const COUNTS_AT_ONCE = 2;

export function productRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  editRoutes(instance, { pool });
  historyRoutes(instance, { pool });
  exportRoutes(instance, { pool });
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const tail = new Tail(pool);
  const inTurn = pLimit(COUNTS_AT_ONCE);

  app.route({
    ...list_products,
    handler: async ({ query: { sort, limit, cursor, from, fields, ...filter }, headers }, reply) => {
      const order = orderOf(sort);
      const start = from === undefined ? undefined : startAt(from, order);
      const after = cursor === undefined ? start : positionOf(cursor, order);
      const page = await listProducts(pool, { filter, order, after, limit }, { tail });
      const { items, next, previous, total, behind } = page;
      const answer = {
        items: fields === undefined ? items : items.map((item) => thin(item, fields.split(","))),
        next_cursor: next && cursorOf(order, next),
        previous_cursor: previous && cursorOf(order, previous),
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

  app.route({ ...list_attributes, handler: ({ query: { limit } }) => countAttributes(pool, limit) });

  app.route({
    ...list_positions,
    handler: async ({ query: { sort, limit, ...filter } }, reply) => {
      const order = orderOf(sort);
      const left = whenClosed(reply.raw);
      const { total, positions } = await inTurn(() => readPositions(pool, { filter, order, limit }, left));
      return {
        total,
        positions: positions.map(({ place, ...position }) => ({ ...position, cursor: cursorOf(order, place) })),
        last_cursor: cursorOf(order, THE_END),
      };
    },
  });

  app.route({
    ...get_product,
    handler: async ({ params: { sku }, headers }, reply) => {
      // PostgreSQL's text takes no NUL, so no product can have one.
      const product = sku.includes("\0") ? undefined : await readProduct(pool, skuKey(sku));
      if (product === undefined) throw new Problem("not-found", `There is no product with the SKU "${sku}".`);
      const tag = etagOf(product);
      void reply.header("etag", tag);
      if (isKnown(headers["if-none-match"], tag)) return reply.code(304).send(null);
      return product;
    },
  });
}

/** Changes that the search index has not reached and that an answer speaks of: it may have taken longer. */
const LARGE_BACKLOG = 10_000;

/** Aborted when whoever asked has left. */
function whenClosed(answer: FastifyReply["raw"]): AbortSignal {
  const leaving = new AbortController();
  answer.once("close", () => {
    leaving.abort();
  });
  return leaving.signal;
}

const thin = (product: Product, fields: readonly string[]): Partial<Product> =>
  Object.fromEntries(fields.map((field) => [field, product[field as keyof Product]]));
