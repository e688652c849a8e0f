// One product with its history, for the panel beside the list.
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from "vue";
import {
  delete_product,
  get_product_history,
  patch_product,
  type ProductPatch,
  type ProductVersion,
} from "../../../contract/catalog/edit-products.ts";
import { etagOf, get_product, type Product } from "../../../contract/catalog/products.ts";
import { Problem } from "../../../contract/problems.ts";
import { useLive } from "../../server/live.ts";
import { ask, useConnection } from "../../server/use-connection.ts";

const PAGE = 20;

export function useProduct(sku: MaybeRefOrGetter<string>) {
  const product = shallowRef<Product | null>(null);
  const versions = shallowRef<ProductVersion[]>([]);
  const nextCursor = ref<string | null>(null);
  /** `gone` = it is deleted, but its history is there. */
  const state = ref<"loading" | "there" | "gone" | "missing" | "failed">("loading");
  const error = shallowRef<Error | null>(null);
  let stop = new AbortController();

  async function load(of: string, isNew: boolean): Promise<void> {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    if (isNew) {
      product.value = null;
      versions.value = [];
      state.value = "loading";
    }
    try {
      const [found, history] = await Promise.all([readOrNull(of, signal), readHistory(of, undefined, signal)]);
      product.value = found;
      versions.value = history?.items ?? [];
      nextCursor.value = history?.next_cursor ?? null;
      state.value = found ? "there" : history ? "gone" : "missing";
      error.value = null;
    } catch (reason) {
      if (signal.aborted) return;
      error.value = reason as Error;
      if (state.value === "loading") state.value = "failed";
    }
  }

  const reload = (): Promise<void> => load(toValue(sku), false);

  async function more(): Promise<void> {
    if (nextCursor.value === null) return;
    const page = await readHistory(toValue(sku), nextCursor.value, stop.signal);
    versions.value = [...versions.value, ...(page?.items ?? [])];
    nextCursor.value = page?.next_cursor ?? null;
  }

  /** Changes several fields at once; 412 when somebody was faster. */
  async function change(known: Product, body: ProductPatch, reason?: string): Promise<Product> {
    const querystring = reason === undefined ? {} : { reason };
    const after = await ask(patch_product, { params: { sku: known.sku }, querystring, body }, ifMatch(known));
    product.value = after;
    return after;
  }

  const remove = (known: Product) => ask(delete_product, { params: { sku: known.sku } }, ifMatch(known));

  watch(
    () => toValue(sku),
    (of) => void load(of, true),
    { immediate: true },
  );
  watch(useConnection().reconnects, () => void reload());
  useChanged(product, () => toValue(sku), reload);
  onScopeDispose(() => {
    stop.abort();
  });
  const hasMore = computed(() => nextCursor.value !== null);
  return { product, versions, has_more: hasMore, state, error, reload, more, change, remove };
}

/** What others do to the product, whether the list beside has it or not. */
function useChanged(product: Readonly<Ref<Product | null>>, sku: () => string, reload: () => Promise<void>): void {
  useLive("products", ({ changes }) => {
    const known = product.value;
    const isNews = changes.some((change) =>
      known ? change.id === known.id && change.version > known.version : change.sku === sku(),
    );
    if (isNews) void reload();
  });
  // An import or a bulk change does not name its products here.
  useLive("changeset", () => void reload());
}

const ifMatch = (known: Product) => ({ headers: { "if-match": etagOf(known) } });

async function readOrNull(sku: string, signal: AbortSignal): Promise<Product | null> {
  try {
    return await ask(get_product, { params: { sku } }, { signal });
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 404) return null;
    throw reason;
  }
}

async function readHistory(sku: string, cursor: string | undefined, signal: AbortSignal) {
  const querystring = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
  try {
    return await ask(get_product_history, { params: { sku }, querystring }, { signal });
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 404) return null;
    throw reason;
  }
}
