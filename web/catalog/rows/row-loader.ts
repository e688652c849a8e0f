// Loads the pages of the list as they come into sight, and enters it anew where the reader has gone too far to read on.
import { ref, shallowRef, triggerRef } from "vue";
import { list_products, type Product } from "../../../contract/catalog/products.ts";
import type { ResultOf } from "../../../client/call.ts";
import { ask } from "../../server/use-connection.ts";
import { RowWindow, type Entry, type Wanted } from "./row-window.ts";
import type { ListRequest } from "./list-request.ts";

export type PageTotal = ResultOf<typeof list_products>["total"];

const PAGE = 200;

export const createState = () => ({
  rows: shallowRef(new RowWindow<Product>()),
  /** As the last page says it. */
  answered: ref<PageTotal | null>(null),
  error: shallowRef<Error | null>(null),
  /** Grows when another list is shown, or the same from another place. */
  list: ref(0),
  /** The row at which it was entered. */
  start: ref(0),
  /** The rows shown are those of another list, or none yet. */
  stale: ref(true),
  /** All rows have other numbers by so much; a new object each time. */
  moved: shallowRef({ by: 0 }),
});

interface Deps {
  request: () => ListRequest;
  /** Where a row far away can be reached; undefined where that is not known. */
  entryOf: (row: number, inViewport: number) => Entry | undefined;
  /** The reader has been taken to a place far away; null = the start. */
  onEnter: (sku: string | null) => void;
}

export type State = ReturnType<typeof createState>;

export function createLoader(state: State, { request, entryOf, onEnter }: Deps) {
  const { rows, error, list, stale, moved, start } = state;
  let running = new AbortController();
  let sight = { first: 0, last: 0 };
  let isLoading = false;

  /** Begins the list anew. */
  async function restart(entry: Entry): Promise<void> {
    running.abort();
    running = new AbortController();
    stale.value = true;
    const next = new RowWindow<Product>(entry);
    sight = { first: entry.row, last: entry.row };
    const [first] = next.wanted(entry.row, entry.row);
    if (!first || !(await loadPage(next, first, running.signal))) return;
    // First where the list is entered: else the rows at the old place would be asked for.
    start.value = next.first;
    list.value += 1;
    rows.value = next;
    stale.value = false;
  }

  /** Tells what is in sight, so that it is loaded. */
  function look(first: number, last: number): void {
    sight = { first, last };
    void loadViewport();
  }

  async function loadViewport(): Promise<void> {
    if (isLoading || stale.value || error.value) return;
    isLoading = true;
    try {
      // One after the other: a page names the cursor of the next, and what is in sight may have changed meanwhile.
      for (;;) {
        const window = windowInViewport();
        const next = window.wanted(sight.first, sight.last)[0];
        if (!next || !(await loadPage(window, next, running.signal))) return;
        if (window === rows.value) triggerRef(rows);
        else {
          rows.value = window;
          onEnter(sight.first === 0 ? null : (window.rowAt(sight.first)?.sku ?? null));
        }
      }
    } finally {
      isLoading = false;
    }
  }

  /** The rows that are known, or a way in where the reader is now. */
  function windowInViewport(): RowWindow<Product> {
    const entry = rows.value.isFar(sight.first, sight.last) && entryOf(sight.first, sight.last - sight.first);
    return entry ? new RowWindow<Product>(entry) : rows.value;
  }

  async function loadPage(into: RowWindow<Product>, wanted: Wanted, signal: AbortSignal): Promise<boolean> {
    const answer = await askPage(state, request(), wanted, signal);
    if (answer) move(into.put(wanted.page, answer, sight.first, sight.last));
    return answer !== null;
  }

  function move(by: number): void {
    if (by === 0 || stale.value) return;
    sight = { first: sight.first + by, last: sight.last + by };
    moved.value = { by };
  }

  /** About where the rows that are known stand in the list. */
  function rebase(row: number): void {
    move(rows.value.rebase(row));
    triggerRef(rows);
  }

  return { restart, look, loadSight: loadViewport, reckon: rebase, stop: () => running.abort() };
}

/** null = it failed, or nobody waits for it any more. */
async function askPage(
  { answered, error }: State,
  request: ListRequest,
  { cursor, from }: Wanted,
  signal: AbortSignal,
) {
  const place = { ...(cursor === null ? {} : { cursor }), ...(from === null ? {} : { from }) };
  try {
    const answer = await ask(list_products, { querystring: { ...request, limit: PAGE, ...place } }, { signal });
    answered.value = answer.total;
    error.value = null;
    // Without `fields` every product is whole.
    return { ...answer, items: answer.items as Product[] };
  } catch (reason) {
    if (!signal.aborted) error.value = reason as Error;
    return null;
  }
}

/** Rows that are there but not loaded yet: skeletons. At least one, or nothing would ask for the next page. */
export function tailOf(count: number, total: number | undefined, canJump: boolean): number {
  const left = total === undefined ? PAGE : total - count;
  return Math.max(1, canJump ? left : Math.min(PAGE, left));
}

/** Changes of single rows, where they stand. */
export function changesOf({ rows }: State, onRemove: (removed: number) => void) {
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
    onRemove(removed);
    triggerRef(rows);
  }
  return { replace, remove };
}
