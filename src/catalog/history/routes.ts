// The HTTP route of a product's history.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { HISTORY_LIST, MAX_VERSION, readHistory } from "./history.ts";
import { skuKey } from "../product/sku-key.ts";
import { get_product_history } from "../../../contract/catalog/edit-products.ts";
import { decodeIntegerCursor } from "../../cursor.ts";
import { Problem } from "../../../contract/problems.ts";

export function historyRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  instance.withTypeProvider<ZodTypeProvider>().route({
    ...get_product_history,
    handler: async ({ params: { sku }, query: { id, limit, cursor } }) => {
      const before = decodeIntegerCursor(HISTORY_LIST, cursor, MAX_VERSION);
      // PostgreSQL's text type rejects NUL, so no SKU has ever contained one.
      const page = sku.includes("\0") ? undefined : await readHistory(pool, skuKey(sku), { id, before, limit });
      if (page === undefined) {
        const detail =
          id === undefined
            ? `The history contains no product with the SKU "${sku}".`
            : `According to the history, product ${id} has never had the SKU "${sku}".`;
        throw new Problem("not-found", detail);
      }
      return page;
    },
  });
}
