// The HTTP of a product's history.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { HISTORY_LIST, MAX_VERSION, readHistory } from "./history.ts";
import { skuKey } from "../product/sku-key.ts";
import { get_product_history } from "../../../contract/catalog/edit-products.ts";
import { decodeIntegerCursor } from "../../db/cursor.ts";
import { Problem } from "../../../contract/problems.ts";

export function historyRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  instance.withTypeProvider<ZodTypeProvider>().route({
    ...get_product_history,
    handler: async ({ params: { sku }, query: { id, limit, cursor } }) => {
      const before = decodeIntegerCursor(HISTORY_LIST, cursor, MAX_VERSION);
      // PostgreSQL's text takes no NUL, so no product can have had one.
      const page = sku.includes("\0") ? undefined : await readHistory(pool, skuKey(sku), { id, before, limit });
      if (page === undefined) {
        const which = id === undefined ? "No product" : `No product ${id}`;
        throw new Problem("not-found", `${which} has had the SKU "${sku}" as far as is known.`);
      }
      return page;
    },
  });
}
