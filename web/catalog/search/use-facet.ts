// Loads the most frequent values of the attribute whose value the user is typing. Only products that match the other terms are
// counted.
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { list_facets } from "../../../contract/catalog/products.ts";
import { ask } from "../../server/use-connection.ts";
import { attributeColumn } from "../columns/columns.ts";
import type { ListFilter } from "./list-filter.ts";
import { facetFor } from "./suggest.ts";

const MAX_VALUES = 200;

export function useFacet(typed: Readonly<Ref<string>>, attributes: () => readonly string[], filter: () => ListFilter) {
  const values = shallowRef<{ value: string; count: number }[]>([]);
  const estimated = ref(false);
  const attribute = computed(() => facetFor(typed.value, attributes())?.attribute ?? null);
  let stop = new AbortController();

  async function load(name: string | null): Promise<void> {
    stop.abort();
    stop = new AbortController();
    values.value = [];
    if (name === null) return;
    const { [attributeColumn(name)]: _itself, ...others } = filter();
    const querystring = { ...others, attribute: name, limit: MAX_VALUES };
    try {
      const facet = await ask(list_facets, { querystring }, { signal: stop.signal });
      values.value = facet.values;
      estimated.value = facet.relation === "estimate";
    } catch {
      // Suggestions are optional: show none.
    }
  }

  watch(attribute, (name) => void load(name));
  onScopeDispose(() => {
    stop.abort();
  });
  return { values, estimated };
}
