// HTTP routes that count products: per value of an attribute, per attribute, and in a whole list. The last route also returns cursors
// to positions spread over the list.
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import pLimit from "p-limit";
import type pg from "pg";
import { countAttributes } from "./attributes.ts";
import { countFacets } from "./facets.ts";
import { cursorOf, END_OF_LIST, orderOf } from "../query/order.ts";
import { readPositions } from "./positions.ts";
import { list_attributes, list_facets, list_positions } from "../../../contract/catalog/products.ts";

/** Maximum number of counts that run at the same time for requests for list positions. A count may hold a connection of the pool for
 * seconds. Further counts wait, so that other requests still get connections. */
const COUNTS_AT_ONCE = 2;

export function countRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const limitCounts = pLimit(COUNTS_AT_ONCE);

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
      const disconnected = whenClosed(reply.raw);
      const { total, positions } = await limitCounts(() => readPositions(pool, { filter, order, limit }, disconnected));
      return {
        total,
        positions: positions.map(({ row, value, position }) => ({ row, value, cursor: cursorOf(order, position) })),
        last_cursor: cursorOf(order, END_OF_LIST),
      };
    },
  });
}

/** Returns a signal that aborts when the client disconnects. */
function whenClosed(response: FastifyReply["raw"]): AbortSignal {
  const closing = new AbortController();
  response.once("close", () => {
    closing.abort();
  });
  return closing.signal;
}
