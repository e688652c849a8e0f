// The rows of the list, loaded as they enter the viewport. The rows of the previous list stay, dimmed, until the first page of a new
// list has arrived.
import { computed, onScopeDispose, ref, watch, type Ref } from "vue";
import { Problem } from "../../../contract/problems.ts";
import { useConnection } from "../../server/use-connection.ts";
import type { ListRequest, ListTotal } from "./list-request.ts";
import { createLoader, createState, rowChanges, skeletonCount, type State } from "./row-loader.ts";
import type { Positions } from "./positions.ts";
import { usePositions } from "./use-positions.ts";

/** @param from the SKU at which the loader starts to read the list; null = the start of the list */
export function useRows(request: Readonly<Ref<ListRequest>>, from: Readonly<Ref<string | null>>) {
  const state = createState();
  const { rows, error, stale, page_total } = state;
  const { positions, counted, ...lookup } = usePositions();
  /** The SKU at which the loader last started to read the list. null = the start of the list, or a list not sorted by SKU. The page
   * stores the SKU in the URL. */
  const entered = ref(from.value);
  const loader = createLoader(state, {
    request: () => request.value,
    entryOf: lookup.entryOf,
    onEnter: (sku) => (entered.value = /^-?sku$/.test(request.value.sort) ? sku : null),
  });
  /** Whether the row number of `from`, the SKU at which the loader started, is still unknown. */
  let isEntryRowUnknown = false;

  const rowOf = (sku: string): number | undefined => lookup.rowOf(sku, request.value.sort.startsWith("-"));

  async function restart(): Promise<void> {
    entered.value = from.value;
    const row = from.value === null ? 0 : rowOf(from.value);
    isEntryRowUnknown = row === undefined;
    await loader.restart({ cursor: null, from: from.value, row: row ?? 0 });
    if (!stale.value && positions.value === null) loadPositions();
  }

  const loadPositions = (): void => {
    if (!rows.value.is_whole) lookup.loadSoon(request.value);
  };

  /** Reloads the rows in the viewport. Other rows follow when the user scrolls to them. */
  function refresh(): void {
    error.value = null;
    if (stale.value) void restart();
    else {
      rows.value.expire();
      void loader.loadViewport();
      loadPositions();
    }
  }

  watch([request, from], ([now, sku], [before]) => {
    const isOther = JSON.stringify(now) !== JSON.stringify(before);
    if (isOther) lookup.clear();
    if (isOther || sku !== entered.value) void restart();
  });
  watch(positions, () => {
    if (isEntryRowUnknown && from.value !== null) loader.rebase(rowOf(from.value) ?? 0);
    isEntryRowUnknown = false;
  });
  retryAfterReconnect(error, refresh);
  onScopeDispose(loader.stop);
  void restart();
  const totals = useTotals(state, counted, () => request.value.fold === true);
  const changes = rowChanges(state, (removed) => {
    if (page_total.value) page_total.value = without(page_total.value, removed);
    if (counted.value) counted.value = without(counted.value, removed);
  });
  return {
    ...state,
    ...changes,
    ...totals,
    are_numbers_exact: computed(() => areNumbersExact(rows.value, totals.total.value)),
    entered,
    positions,
    refresh,
    setViewport: loader.setViewport,
    count: useRowCount(state, totals.total, positions),
  };
}

export type Rows = ReturnType<typeof useRows>;

/** Retries when a lost connection is back. An error that the server reported is not retried, because it would only be repeated. */
function retryAfterReconnect(error: Readonly<Ref<Error | null>>, retry: () => void): void {
  watch(useConnection().reconnects, () => {
    if (error.value && !(error.value instanceof Problem)) retry();
  });
}

/** The number of products in the list. It is exact if the whole list is loaded or a page contains the exact total. Otherwise it is the
 * count that the request for positions returned. Until that request has been answered, it is a lower bound. */
function useTotals({ rows, page_total }: State, counted: Readonly<Ref<ListTotal | null>>, isFolded: () => boolean) {
  const total = computed((): ListTotal | null => {
    const window = rows.value;
    if (window.is_whole && !isFolded()) return { value: window.count, relation: "eq" };
    if (page_total.value === null || page_total.value.relation === "eq") return page_total.value;
    return counted.value ?? { value: Math.max(page_total.value.value, window.count - window.first), relation: "gte" };
  });
  return { total, row_total: computed(() => rowTotal(rows.value, total.value, isFolded())) };
}

/** The number of rows of the list. If variants are folded into the row of their parent, the list has fewer rows than products. */
function rowTotal(window: State["rows"]["value"], total: ListTotal | null, isFolded: boolean): ListTotal | null {
  if (!isFolded || total === null) return total;
  return window.is_whole ? { value: window.count, relation: "eq" } : { ...total, relation: "estimate" };
}

/** Whether the row numbers are exact. They are exact if the start of the list is known. They are also exact if the end of the list is known
 * and the total is exact. */
const areNumbersExact = (rows: State["rows"]["value"], total: ListTotal | null): boolean =>
  rows.is_start_known || (rows.complete && total?.relation === "eq" && total.value === rows.count);

const without = <T extends ListTotal>(total: T, removed: number): T => ({
  ...total,
  value: Math.max(0, total.value - removed),
});

/** Number of rows of the grid: the known rows, plus skeletons while the end of the list is unknown. */
function useRowCount(
  { rows, stale }: State,
  total: Readonly<Ref<ListTotal | null>>,
  positions: Readonly<Ref<Positions | null>>,
) {
  return computed(() => {
    if (rows.value.complete || stale.value) return rows.value.count;
    const canJump = positions.value !== null && positions.value.entries.length > 0;
    const all = total.value?.relation === "gte" ? undefined : total.value?.value;
    return rows.value.count + skeletonCount(rows.value.count, all, canJump);
  });
}
