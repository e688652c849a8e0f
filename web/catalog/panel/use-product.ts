// Loads one product with its history, for the product panel.
import { computed, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from "vue";
import {
  delete_product,
  get_product_history,
  patch_product,
  type ProductPatch,
} from "../../../contract/catalog/edit-products.ts";
import { etagOf, get_product, type Product } from "../../../contract/catalog/products.ts";
import { Problem } from "../../../contract/problems.ts";
import { useLive } from "../../server/live.ts";
import { ask } from "../../server/use-connection.ts";
import { usePagedList } from "../../server/use-paged-list.ts";

const PAGE = 20;

export function useProduct(sku: MaybeRefOrGetter<string>) {
  const product = shallowRef<Product | null>(null);
  const { items: versions, ...history } = usePagedList({
    load: async (wanted: string, cursor, signal) => {
      if (cursor !== undefined) return loadHistory(wanted, cursor, signal);
      const [found, page] = await Promise.all([
        nullIfMissing(ask(get_product, { params: { sku: wanted } }, { signal })),
        nullIfMissing(loadHistory(wanted, undefined, signal)),
      ]);
      if (!signal.aborted) product.value = found;
      return page ?? { items: [], next_cursor: null };
    },
    filter: sku,
    keyOf: ({ version }) => version,
  });
  /** `gone`: the product is deleted, but its history is still stored. */
  const state = computed(() => {
    switch (history.state.value) {
      case "loading":
      case "failed":
        return history.state.value;
      case "ready":
        return product.value ? "there" : versions.value.length > 0 ? "gone" : "missing";
    }
  });

  /** Changes fields of the product. The server rejects the change (412) if `base` is not the current version. */
  async function change(base: Product, body: ProductPatch): Promise<Product> {
    const after = await ask(patch_product, { params: { sku: base.sku }, body }, ifMatch(base));
    product.value = after;
    return after;
  }

  const remove = (base: Product) => ask(delete_product, { params: { sku: base.sku } }, ifMatch(base));

  watch(
    () => toValue(sku),
    () => (product.value = null),
    { flush: "sync" },
  );
  reloadOnChanges(product, () => toValue(sku), history.refresh);
  const { has_more, error, more, refresh } = history;
  return { product, versions, has_more, state, error, reload: refresh, more, change, remove };
}

/** Reloads the product after changes by others, even if the product is not in the list. */
function reloadOnChanges(product: Readonly<Ref<Product | null>>, sku: () => string, reload: () => Promise<void>): void {
  useLive("products", ({ changes }) => {
    const shown = product.value;
    const isNewer = changes.some((change) =>
      shown ? change.id === shown.id && change.version > shown.version : change.sku === sku(),
    );
    if (isNewer) void reload();
  });
  // The events of imports and bulk changes do not name the changed products.
  useLive("changeset", () => void reload());
}

const ifMatch = (base: Product) => ({ headers: { "if-match": etagOf(base) } });

function loadHistory(sku: string, cursor: string | undefined, signal: AbortSignal) {
  const querystring = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
  return ask(get_product_history, { params: { sku }, querystring }, { signal });
}

async function nullIfMissing<Result>(request: Promise<Result>): Promise<Result | null> {
  try {
    return await request;
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 404) return null;
    throw reason;
  }
}
