// What others changed while the list stands: changed rows are brought up to date where they are, deleted ones go, new ones
// are counted until the reader asks for them. The list does not jump by itself.
import { computed, ref } from "vue";
import type { StreamData } from "../../../contract/webhooks/events.ts";
import { get_product, type Product } from "../../../contract/catalog/products.ts";
import { useLive } from "../../server/live.ts";
import { ask } from "../../server/use-connection.ts";

interface Listed {
  /** The product in memory, if the list has it. */
  isListed: (sku: string) => Product | undefined;
  replace: (product: Product) => void;
  remove: (sku: string) => void;
}

/** More changed rows at once are a bulk change: one sentence says it all. */
const MAX_AT_ONCE = 50;

export function useExternalChanges({ isListed, replace, remove }: Listed) {
  const created = ref(0);
  /** An import, a bulk change or an undo has ended: any row may be another. */
  const overhauled = ref(false);
  /** Versions that we made ourselves: no news. */
  const expected = new Map<string, number>();

  const expect = (products: readonly Product[]): void => {
    for (const { sku, version } of products) expected.set(sku, version);
  };
  /** Changesets of our own operations: their end is told by a message of its own. */
  const own = new Set<number>();
  const expectChangeset = (id: number): void => void own.add(id);
  const clear = (): void => {
    created.value = 0;
    overhauled.value = false;
  };

  function onProducts({ changes }: StreamData<"products">): void {
    const news = changes.filter(({ sku, version }) => (expected.get(sku) ?? 0) < version);
    if (news.length > MAX_AT_ONCE) {
      overhauled.value = true;
      return;
    }
    for (const { sku, change, version } of news) {
      if (change === "created" && !isListed(sku)) created.value += 1;
      else if (change === "deleted") remove(sku);
      else if ((isListed(sku)?.version ?? version) < version) void bringUpToDate(sku);
    }
  }

  async function bringUpToDate(sku: string): Promise<void> {
    try {
      replace(await ask(get_product, { params: { sku } }));
    } catch {
      // It is gone by now, or the server is away: the next look at the list says so.
    }
  }

  useLive("products", onProducts);
  useLive("changeset", ({ changeset_id }) => {
    if (!own.has(changeset_id)) overhauled.value = true;
  });
  const isAny = computed(() => created.value > 0 || overhauled.value);
  return { created, overhauled, is_any: isAny, expect, expectChangeset, clear };
}

export type ExternalChanges = ReturnType<typeof useExternalChanges>;
