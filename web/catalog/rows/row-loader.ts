// Loads the pages of the list in and near the viewport. If the user jumps far from the loaded rows, loading starts again at
// that position.
import { ref, shallowRef, triggerRef } from "vue";
import { list_products, type Product } from "../../../contract/catalog/products.ts";
import type { ResultOf } from "../../../client/call.ts";
import { ask } from "../../server/use-connection.ts";
import { RowWindow, type Entry, type MissingPage } from "./row-window.ts";
import { createUnfolded, useUnfolding, withVariants } from "./unfolded.ts";
import type { Folded, ListedProduct, ListRequest } from "./list-request.ts";

export type PageTotal = ResultOf<typeof list_products>["total"];

const PAGE = 200;

export const createState = () => ({
  rows: shallowRef(new RowWindow<Product>()),
  /** The number of products in the list, as the last loaded page reported it. */
  page_total: ref<PageTotal | null>(null),
  error: shallowRef<Error | null>(null),
  unfolded: createUnfolded(),
  /** Counter that increases when another list is shown, or when the same list is read from another position. */
  generation: ref(0),
  /** Row number at which the loader started to read the list. */
  entry_row: ref(0),
  /** Whether the rows are still those of the previous list, or none are loaded yet. */
  stale: ref(true),
  /** The latest change of all row numbers: `by` was added to each row number. Each change stores a new object, so that watchers also notice
   * two changes by the same number. */
  moved: shallowRef({ by: 0 }),
});

interface Deps {
  request: () => ListRequest;
  /** Returns where to begin reading the list for a row far from the loaded rows; undefined if no position is known. */
  entryOf: (row: number, inViewport: number) => Entry | undefined;
  /**
   * Called after the user jumped far from the loaded rows and the first page at the new position has been loaded. `sku` is the SKU of the
   * first row in the viewport, or null at the start of the list.
   */
  onEnter: (sku: string | null) => void;
}

export type State = ReturnType<typeof createState>;

export function createLoader(state: State, { request, entryOf, onEnter }: Deps) {
  const { rows, error, generation, stale, moved, entry_row } = state;
  let running = new AbortController();
  let viewport = { first: 0, last: 0 };
  let isLoading = false;

  /** Shows another list, or reads the same list from another position. */
  async function restart(entry: Entry): Promise<void> {
    running.abort();
    running = new AbortController();
    stale.value = true;
    const next = new RowWindow<Product>(entry);
    viewport = { first: entry.row, last: entry.row };
    const [first] = next.missingPages(entry.row, entry.row);
    if (!first || !(await loadPage(next, first, running.signal))) return;
    // Set `entry_row` before the rows. Otherwise the grid would request the rows at its old scroll position.
    entry_row.value = next.first;
    state.unfolded.value = new Map();
    generation.value += 1;
    rows.value = next;
    stale.value = false;
  }

  function setViewport(first: number, last: number): void {
    viewport = { first, last };
    void loadViewport();
  }

  async function loadViewport(): Promise<void> {
    if (isLoading || stale.value || error.value) return;
    isLoading = true;
    try {
      // Load one page at a time: a page contains the cursor of the next one, and the viewport may have moved in the meantime.
      for (;;) {
        const window = windowAt(rows.value, viewport, entryOf);
        const next = window.missingPages(viewport.first, viewport.last)[0];
        if (!next || !(await loadPage(window, next, running.signal))) return;
        if (window === rows.value) triggerRef(rows);
        else {
          rows.value = window;
          onEnter(viewport.first === 0 ? null : (window.rowAt(viewport.first)?.sku ?? null));
        }
      }
    } finally {
      isLoading = false;
    }
  }

  async function loadPage(into: RowWindow<Product>, missing: MissingPage, signal: AbortSignal): Promise<boolean> {
    const page = await requestPage(state, request(), missing, signal);
    if (page) moveRows(into.put(missing.page, page, viewport.first, viewport.last));
    return page !== null;
  }

  function moveRows(by: number): void {
    if (by === 0 || stale.value) return;
    viewport = { first: viewport.first + by, last: viewport.last + by };
    moved.value = { by };
  }

  /** Corrects the estimated number of rows before the first known row. */
  function rebase(row: number): void {
    moveRows(rows.value.rebase(row));
    triggerRef(rows);
  }

  return { restart, setViewport, loadViewport, rebase, stop: () => running.abort() };
}

/** Returns the current rows or, if the viewport is far from them, a new window that starts near the viewport. */
function windowAt(
  rows: RowWindow<Product>,
  { first, last }: { first: number; last: number },
  entryOf: Deps["entryOf"],
): RowWindow<Product> {
  const entry = rows.isFar(first, last) && entryOf(first, last - first);
  return entry ? new RowWindow<Product>(entry) : rows;
}

/** Requests a page. Returns null if the request failed or was aborted. */
async function requestPage(
  { page_total, error, unfolded }: State,
  request: ListRequest,
  { cursor, from }: MissingPage,
  signal: AbortSignal,
) {
  const start = { ...(cursor === null ? {} : { cursor }), ...(from === null ? {} : { from }) };
  try {
    const page = await ask(list_products, { querystring: { ...request, limit: PAGE, ...start } }, { signal });
    page_total.value = page.total;
    error.value = null;
    // The request does not limit the fields, so every product is complete.
    return { ...page, items: withVariants(page.items as ListedProduct[], unfolded.value) };
  } catch (reason) {
    if (!signal.aborted) error.value = reason as Error;
    return null;
  }
}

/** Number of skeleton rows after the last known row. There is always at least one, because only a visible skeleton makes the loader
 * request the next page. */
export function skeletonCount(known: number, total: number | undefined, canJump: boolean): number {
  const left = total === undefined ? PAGE : total - known;
  return Math.max(1, canJump ? left : Math.min(PAGE, left));
}

/** The members of a row that describe its folded variants. The row keeps them when its product is replaced. */
const foldedOf = ({ variants, variants_of }: ListedProduct): Partial<Folded> =>
  variants === undefined || variants_of === undefined ? {} : { variants, variants_of };

/** Returns functions that replace or remove a single row in place, or show and hide its variants. */
export function rowChanges({ rows, unfolded }: State, onRemove: (removed: number) => void) {
  function replace(product: Product, sku = product.sku): void {
    const changed = rows.value.replace(
      (row) => row.sku === sku,
      (row) => ({ ...product, ...foldedOf(row) }),
    );
    if (changed) triggerRef(rows);
  }

  function remove(sku: string): void {
    const removed = rows.value.remove((row) => row.sku === sku);
    if (removed === 0) return;
    onRemove(removed);
    triggerRef(rows);
  }
  return { replace, remove, ...useUnfolding({ rows, unfolded }) };
}
