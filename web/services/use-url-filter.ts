// A filter that stands in the address, so that a link shows what was seen.
import { computed } from "vue";
import { useRoute, useRouter, type LocationQueryRaw } from "vue-router";

/** `parse` makes a filter of any query and leaves out what it does not know. The filter is a new object only when it
 * changes, not with every other part of the address. */
export function useUrlFilter<Filter extends object>(parse: (query: Record<string, unknown>) => Filter) {
  const route = useRoute();
  const router = useRouter();
  const key = computed(() => JSON.stringify(parse(route.query)));
  const filter = computed(() => JSON.parse(key.value) as Filter);
  const isFiltered = computed(() => key.value !== "{}");

  function setFilter(next: Filter): void {
    void router.replace({ query: { ...parse({ ...next } as Record<string, unknown>) } as LocationQueryRaw });
  }
  return { filter, is_filtered: isFiltered, setFilter };
}
