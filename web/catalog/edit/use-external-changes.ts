// Tracks changes made by others while the list is shown. Changed rows are updated in place and deleted rows are removed. New
// products are only counted until the user refreshes, so that the rows do not move.
import { computed, ref } from "vue";
import type { StreamData } from "../../../contract/webhooks/events.ts";
import { get_product, type Product } from "../../../contract/catalog/products.ts";
import { useLive } from "../../server/live.ts";
import { ask } from "../../server/use-connection.ts";

interface List {
  /** The product, if its row is loaded. */
  find: (sku: string) => Product | undefined;
  replace: (product: Product) => void;
  remove: (sku: string) => void;
}

/** Largest number of changes that are applied one by one. An event with more changes is reported as a change of the whole catalogue. */
const MAX_AT_ONCE = 50;

export function useExternalChanges({ find, replace, remove }: List) {
  const created = ref(0);
  /** Whether an import, a bulk change or an undo has ended, so that any row may have changed. */
  const overhauled = ref(false);
  /** Versions created by this page, by SKU. */
  const ownVersions = new Map<string, number>();
  /** Changesets of the operations that this page started. Their ends are not external changes: the page itself reports them. */
  const ownChangesets = new Set<number>();

  const expect = (products: readonly Product[]): void => {
    for (const { sku, version } of products) ownVersions.set(sku, version);
  };
  const expectChangeset = (id: number): void => void ownChangesets.add(id);
  const clear = (): void => {
    created.value = 0;
    overhauled.value = false;
  };

  function onProducts({ changes }: StreamData<"products">): void {
    const external = changes.filter(({ sku, version }) => (ownVersions.get(sku) ?? 0) < version);
    if (external.length > MAX_AT_ONCE) {
      overhauled.value = true;
      return;
    }
    for (const { sku, change, version } of external) {
      switch (change) {
        case "created":
          if (find(sku)) updateRow(sku, version);
          else created.value += 1;
          break;
        case "updated":
          updateRow(sku, version);
          break;
        case "deleted":
          remove(sku);
          break;
      }
    }
  }

  function updateRow(sku: string, version: number): void {
    if ((find(sku)?.version ?? version) < version) void reload(sku);
  }

  async function reload(sku: string): Promise<void> {
    try {
      replace(await ask(get_product, { params: { sku } }));
    } catch {
      // The product has been deleted or the server is unreachable. The next load of the list shows the current state.
    }
  }

  useLive("products", onProducts);
  useLive("changeset", ({ changeset_id }) => {
    if (!ownChangesets.has(changeset_id)) overhauled.value = true;
  });
  const isAny = computed(() => created.value > 0 || overhauled.value);
  return { created, overhauled, is_any: isAny, expect, expectChangeset, clear };
}

export type ExternalChanges = ReturnType<typeof useExternalChanges>;
