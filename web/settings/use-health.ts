// How the server is, asked again every few seconds while somebody looks.
import { onScopeDispose, ref, shallowRef } from "vue";
import { useIntervalFn } from "@vueuse/core";
import { health_ready } from "../../contract/health.ts";
import { list_products } from "../../contract/catalog/products.ts";
import { Problem } from "../../contract/problems.ts";
import { ask } from "../server/use-connection.ts";

const EVERY_MS = 5_000;

export interface Health {
  version: string;
  workers: number;
  products: { value: number; relation: "eq" | "gte" };
  /** Changes that the search index has not reached. */
  search_pending: number;
}

export function useHealth() {
  const health = shallowRef<Health | null>(null);
  const problem = ref("");
  const stop = new AbortController();

  async function look(): Promise<void> {
    const { signal } = stop;
    try {
      const [ready, page] = await Promise.all([
        ask(health_ready, {}, { signal }),
        ask(list_products, { querystring: { limit: 1, fields: "sku" } }, { signal }),
      ]);
      health.value = {
        version: ready.version,
        workers: ready.workers,
        products: page.total,
        search_pending: ready.search.pending,
      };
      problem.value = "";
    } catch (error) {
      if (error instanceof Problem) problem.value = error.message;
    }
  }

  void look();
  useIntervalFn(() => void look(), EVERY_MS);
  onScopeDispose(() => {
    stop.abort();
  });
  return { health, problem };
}
