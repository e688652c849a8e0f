// A list filter stored in the URL, so that a link opens the same list.
import { computed } from "vue";
import { useRoute, useRouter, type LocationQueryRaw } from "vue-router";

/** `parse` turns any query into a filter and drops unknown values. The filter object stays the same while only other parts of the
 * URL change. */
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
