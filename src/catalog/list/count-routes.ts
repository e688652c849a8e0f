// The HTTP of what is counted among the products of a filter: values of an attribute, attributes, places of the list.
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import pLimit from "p-limit";
import type pg from "pg";
import { countAttributes } from "./attributes.ts";
import { countFacets } from "./facets.ts";
import { cursorOf, orderOf, THE_END } from "../query/order.ts";
import { readPositions } from "./positions.ts";
import { list_attributes, list_facets, list_positions } from "../../../contract/catalog/products.ts";

/** A count holds a connection of the pool for seconds; the others wait, and the rest of the pool is everybody else's. */
const COUNTS_AT_ONCE = 2;

export function countRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const inTurn = pLimit(COUNTS_AT_ONCE);

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
}

/** Aborted when whoever asked has left. */
function whenClosed(answer: FastifyReply["raw"]): AbortSignal {
  const leaving = new AbortController();
  answer.once("close", () => {
    leaving.abort();
  });
  return leaving.signal;
}
