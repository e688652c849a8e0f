// The rows of the list that the page shows, loaded as they come into sight. A new list takes the place of the old one when
// its first page is there; until then the old rows stay, dimmed.
import { computed, onScopeDispose, ref, watch, type Ref } from "vue";
import { Problem } from "../../../contract/problems.ts";
import { useConnection } from "../../server/use-connection.ts";
import type { ListRequest, ListTotal } from "./list-request.ts";
import { changesOf, createLoader, createState, tailOf, type State } from "./row-loader.ts";
import type { Positions } from "./positions.ts";
import { usePositions } from "./use-positions.ts";

/** `from` = the SKU at which the list is entered. */
export function useRows(request: Readonly<Ref<ListRequest>>, from: Readonly<Ref<string | null>>) {
  const state = createState();
  const { rows, error, stale } = state;
  const counting = usePositions();
  /** Where the list was entered last: the SKU that the address should name. */
  const entered = ref(from.value);
  const loader = createLoader(state, {
    request: () => request.value,
    entryOf: counting.entryOf,
    onEnter: (sku) => (entered.value = /^-?sku$/.test(request.value.sort) ? sku : null),
  });
  /** About where the list was entered is not known yet. */
  let isLost = false;

  const rowOf = (sku: string): number | undefined => counting.rowOf(sku, request.value.sort.startsWith("-"));

  async function begin(): Promise<void> {
    entered.value = from.value;
    const row = from.value === null ? 0 : rowOf(from.value);
    isLost = row === undefined;
    await loader.restart({ cursor: null, from: from.value, row: row ?? 0 });
    if (!stale.value && counting.positions.value === null) count();
  }

  /** Asks for what no page says. */
  const count = (): void => {
    if (!rows.value.is_whole) counting.find(request.value);
  };

  /** Loads what is in sight again, where it stands; the rest follows when it is looked at. */
  function renew(): void {
    error.value = null;
    if (stale.value) void begin();
    else {
      rows.value.expire();
      void loader.loadSight();
      count();
    }
  }

  watch([request, from], ([now, sku], [before]) => {
    const isOther = JSON.stringify(now) !== JSON.stringify(before);
    if (isOther) counting.forget();
    if (isOther || sku !== entered.value) void begin();
  });
  watch(counting.positions, () => {
    if (isLost && from.value !== null) loader.reckon(rowOf(from.value) ?? 0);
    isLost = false;
  });
  watch(useConnection().reconnects, () => {
    if (error.value && !(error.value instanceof Problem)) renew();
  });
  onScopeDispose(loader.stop);
  void begin();
  const total = useTotal(state, counting.counted);
  const changes = changesOf(state, (removed) => {
    if (state.answered.value) state.answered.value = without(state.answered.value, removed);
    if (counting.counted.value) counting.counted.value = without(counting.counted.value, removed);
  });
  return {
    ...{ ...state, total, entered, renew, ...changes, look: loader.look, positions: counting.positions },
    count: useRowCount(state, total, counting.positions),
  };
}

export type Rows = ReturnType<typeof useRows>;

/** The list from start to end says all; a page may, and says at least how many there are; else what was counted beside. */
function useTotal({ rows, answered }: State, counted: Readonly<Ref<ListTotal | null>>) {
  return computed((): ListTotal | null => {
    const window = rows.value;
    if (window.is_whole) return { value: window.count, relation: "eq" };
    if (answered.value === null || answered.value.relation === "eq") return answered.value;
    return counted.value ?? { value: Math.max(answered.value.value, window.count - window.first), relation: "gte" };
  });
}

const without = <T extends ListTotal>(total: T, removed: number): T => ({
  ...total,
  value: Math.max(0, total.value - removed),
});

/** How many rows the grid has: those that are known and, while there are more, all or a few to scroll into. */
function useRowCount(
  { rows, stale }: State,
  total: Readonly<Ref<ListTotal | null>>,
  positions: Readonly<Ref<Positions | null>>,
) {
  return computed(() => {
    if (rows.value.complete || stale.value) return rows.value.count;
    const canJump = positions.value !== null && positions.value.at.length > 0;
    const all = total.value?.relation === "gte" ? undefined : total.value?.value;
    return rows.value.count + tailOf(rows.value.count, all, canJump);
  });
}
