// Status of the server, refreshed every few seconds while the settings page is open.
import { onScopeDispose, ref, shallowRef } from "vue";
import { useIntervalFn } from "@vueuse/core";
import { health_ready } from "../../contract/health.ts";
import { list_products } from "../../contract/catalog/products.ts";
import { Problem } from "../../contract/problems.ts";
import { ask } from "../server/use-connection.ts";
import { errorText } from "../server/problem-words.ts";

const REFRESH_INTERVAL_MS = 5_000;

export interface Health {
  version: string;
  workers: number;
  products: { value: number; relation: "eq" | "gte" };
  /** Number of changes that the search index does not contain yet. */
  search_pending: number;
}

export function useHealth() {
  const health = shallowRef<Health | null>(null);
  const problem = ref("");
  const stop = new AbortController();

  async function load(): Promise<void> {
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
      if (error instanceof Problem) problem.value = errorText(error);
    }
  }

  void load();
  useIntervalFn(() => void load(), REFRESH_INTERVAL_MS);
  onScopeDispose(() => {
    stop.abort();
  });
  return { health, problem };
}
