// The list described by the URL: its filter, rows and columns.
import { computed, ref, shallowRef, watch, type Ref } from "vue";
import { watchDebounced } from "@vueuse/core";
import type { ProductSort } from "../../../contract/catalog/products.ts";
import { filterOf, type ListFilter } from "../search/list-filter.ts";
import { formatQuery } from "../search/query-language.ts";
import { useAttributes, useColumns } from "../columns/use-columns.ts";
import type { ListRequest } from "./list-request.ts";
import { useRows } from "./use-rows.ts";
import { useView } from "../view/use-view.ts";
import { formatSort } from "../view/view.ts";

/** @param widthPx the width of the list, including the panel of the open product */
export function useList(widthPx: Readonly<Ref<number>>) {
  const { view, change, apply, shareable } = useView();
  const chosen = computed(() => view.value.columns);
  const filter = shallowRef<ListFilter>({});
  const request = shallowRef<ListRequest>({ sort: "sku" });
  // The filter is computed again only when this key changes: all pages of a list must agree on when "the last seven days" began.
  const listKey = computed(() =>
    [formatSort(view.value.sort), view.value.accents, String(view.value.fold), formatQuery(view.value.terms)].join(" "),
  );
  const requestList = (attributes: readonly string[]): void => {
    filter.value = filterOf(view.value, attributes, new Date());
    const sorted: ListRequest = { ...filter.value, sort: formatSort(view.value.sort) as ProductSort };
    request.value = view.value.fold ? { ...sorted, fold: true } : sorted;
  };
  requestList(useAttributes().value);
  const wantedFrom = computed(() => (view.value.sort.by === "sku" ? view.value.from : null));
  const from = ref(wantedFrom.value);
  const rows = useRows(request, from);
  // Dragging the scrollbar reads the list from many positions; the URL changes only when the user stops.
  watchDebounced(rows.entered, (sku) => void change({ from: sku }), { debounce: 400 });
  const columns = useColumns({
    chosen,
    loaded: () => rows.rows.value.loaded(),
    version: rows.rows,
    width_px: widthPx,
  });
  watch([listKey, wantedFrom], ([now, sku], [before]) => {
    if (now !== before) requestList(columns.attributes.value);
    from.value = sku;
  });
  const isFiltered = computed(() => Object.keys(filter.value).length > 0);
  return { view, change, apply, shareable, filter, request, rows, columns, is_filtered: isFiltered };
}
