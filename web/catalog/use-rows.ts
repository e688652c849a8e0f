// The rows of the list that the page shows, loaded as they come into sight. A new list takes the place of the old one when
// its first page is there; until then the old rows stay, dimmed.
import { computed, onScopeDispose, ref, shallowRef, triggerRef, watch, type Ref, type ShallowRef } from "vue";
import { list_products, type Product, type ProductSort } from "../../contract/products.ts";
import { Problem } from "../../contract/problems.ts";
import type { ResultOf } from "../../client/call.ts";
import { ask, useConnection } from "../kit/use-connection.ts";
import type { ListFilter } from "./list-filter.ts";
import { RowWindow } from "./row-window.ts";

export type ListRequest = ListFilter & { sort: ProductSort };
type Total = ResultOf<typeof list_products>["total"];

const PAGE = 200;

export function useRows(request: Readonly<Ref<ListRequest>>) {
  const state = createState();
  const { rows, total, error, stale } = state;
  const { comebacks } = useConnection();
  const { restart, look, loadSight, stop } = createLoader(state, () => request.value);

  /** Loads what is in sight again, where it stands; the rest follows when it is looked at. */
  function renew(): void {
    error.value = null;
    if (stale.value) void restart();
    else {
      rows.value.expire();
      void loadSight();
    }
  }

  watch(request, (now, before) => {
    if (JSON.stringify(now) !== JSON.stringify(before)) void restart();
  });
  watch(comebacks, () => {
    if (error.value && !(error.value instanceof Problem)) renew();
  });
  onScopeDispose(stop);
  void restart();
  /** How many rows the grid has: those that are known and, while there are more, a few to scroll into. */
  const count = computed(
    () => rows.value.count + (rows.value.complete || stale.value ? 0 : tailOf(rows.value.count, total.value)),
  );
  return { ...state, count, look, renew, ...changesOf(rows, total) };
}

export type Rows = ReturnType<typeof useRows>;

const createState = () => ({
  rows: shallowRef(new RowWindow<Product>()),
  total: ref<Total | null>(null),
  error: shallowRef<Error | null>(null),
  /** Grows when another list is shown. */
  list: ref(0),
  /** The rows shown are those of another list, or none yet. */
  stale: ref(true),
});

function createLoader(state: ReturnType<typeof createState>, request: () => ListRequest) {
  const { rows, total, error, list, stale } = state;
  let running = new AbortController();
  let sight = { first: 0, last: 0 };
  let is_loading = false;

  /** Begins the list anew. */
  async function restart(): Promise<void> {
    running.abort();
    running = new AbortController();
    stale.value = true;
    const next = new RowWindow<Product>();
    sight = { first: 0, last: 0 };
    if (!(await loadPage(next, 0, null, running.signal))) return;
    rows.value = next;
    list.value += 1;
    stale.value = false;
  }

  /** Tells what is in sight, so that it is loaded. */
  function look(first: number, last: number): void {
    sight = { first, last };
    void loadSight();
  }

  async function loadSight(): Promise<void> {
    if (is_loading || stale.value || error.value) return;
    is_loading = true;
    try {
      // One after the other: a page names the cursor of the next, and what is in sight may have changed meanwhile.
      for (;;) {
        const window = rows.value;
        const next = window.wanted(sight.first, sight.last)[0];
        if (!next || !(await loadPage(window, next.page, next.cursor, running.signal))) return;
        triggerRef(rows);
      }
    } finally {
      is_loading = false;
    }
  }

  async function loadPage(
    into: RowWindow<Product>,
    page: number,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      const answer = await askPage(request(), cursor, signal);
      into.put(page, answer, sight.first, sight.last);
      total.value = totalOf(into, answer.total);
      error.value = null;
      return true;
    } catch (reason) {
      if (!signal.aborted) error.value = reason as Error;
      return false;
    }
  }

  const stop = (): void => running.abort();
  return { restart, look, loadSight, stop };
}

async function askPage(request: ListRequest, cursor: string | null, signal: AbortSignal) {
  const querystring = { ...request, limit: PAGE, ...(cursor === null ? {} : { cursor }) };
  const answer = await ask(list_products, { querystring }, { signal });
  // Without `fields` every product is whole.
  return { ...answer, items: answer.items as Product[] };
}

/** Changes of single rows, where they stand. */
function changesOf(rows: ShallowRef<RowWindow<Product>>, total: Ref<Total | null>) {
  function replace(product: Product, sku = product.sku): void {
    const changed = rows.value.replace(
      (row) => row.sku === sku,
      () => product,
    );
    if (changed) triggerRef(rows);
  }

  function remove(sku: string): void {
    const removed = rows.value.remove((row) => row.sku === sku);
    if (removed === 0) return;
    if (total.value) total.value = { ...total.value, value: Math.max(0, total.value.value - removed) };
    triggerRef(rows);
  }
  return { replace, remove };
}

/** A page says how many there are at least; the rows that have been reached may say more, and the end says all. */
function totalOf(window: RowWindow<Product>, answered: Total): Total {
  if (window.complete) return { value: window.count, relation: "eq" };
  if (answered.relation === "eq") return answered;
  return { value: Math.max(answered.value, window.count), relation: "gte" };
}

/** Rows that are there but not loaded yet: skeletons. At least one, or nothing would ask for the next page. */
function tailOf(count: number, total: Total | null): number {
  const left = total?.relation === "eq" ? total.value - count : PAGE;
  return Math.max(1, Math.min(PAGE, left));
}
