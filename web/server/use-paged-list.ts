// A list that the server returns in pages: filtered, refreshed from its start, and extended page by page on demand. All lists of the
// page use it, except the product grid, which loads pages in both directions as the user scrolls (web/catalog/rows).
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { useStream } from "./live.ts";
import { useConnection } from "./use-connection.ts";

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

interface Options<Item, Filter> {
  /** Loads one page; without a cursor, the first page. */
  load: (filter: Filter, cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;
  /** The filter, as plain data. The list starts again when the filter's content changes. */
  filter: MaybeRefOrGetter<Filter>;
  /** Identifies an item within the list. */
  keyOf: (item: Item) => string | number;
  /** Calls `refresh` now and whenever the list may have changed. By default, that is after a reconnect and after missed events. */
  schedule?: (refresh: () => Promise<void>) => unknown;
}

export function usePagedList<Item, Filter>({ schedule = refreshAfterGaps, ...options }: Options<Item, Filter>) {
  const { nextCursor, restart, stop, ...list } = createList(options);
  watch(
    () => JSON.stringify(toValue(options.filter)),
    () => {
      restart();
    },
  );
  onScopeDispose(stop);
  schedule(list.refresh);
  const hasMore = computed(() => nextCursor.value !== null);
  return { ...list, has_more: hasMore };
}

function createList<Item, Filter>({ load, filter, keyOf }: Omit<Options<Item, Filter>, "schedule">) {
  const items = shallowRef<Item[]>([]);
  const nextCursor = ref<string | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const error = shallowRef<Error | null>(null);
  const loadingMore = ref(false);
  let firstPage = new AbortController();
  let nextPage = new AbortController();

  /** Loads the first page again. Pages already loaded after it are kept if they still follow it. */
  async function refresh(): Promise<void> {
    firstPage.abort();
    firstPage = new AbortController();
    const { signal } = firstPage;
    try {
      const page = await load(toValue(filter), undefined, signal);
      if (signal.aborted) return;
      const rest =
        state.value === "ready" && page.next_cursor !== null ? itemsAfter(items.value, page.items, keyOf) : [];
      items.value = [...page.items, ...rest];
      if (rest.length === 0) nextCursor.value = page.next_cursor;
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (signal.aborted) return;
      error.value = reason as Error;
      if (state.value === "loading") state.value = "failed";
    }
  }

  async function more(): Promise<void> {
    const cursor = nextCursor.value;
    if (cursor === null || loadingMore.value) return;
    loadingMore.value = true;
    const { signal } = nextPage;
    try {
      const page = await load(toValue(filter), cursor, signal);
      // Drop this page if a refresh has meanwhile replaced the pages before it.
      if (signal.aborted || nextCursor.value !== cursor) return;
      items.value = [...items.value, ...page.items];
      nextCursor.value = page.next_cursor;
      error.value = null;
    } catch (reason) {
      if (!signal.aborted) error.value = reason as Error;
    } finally {
      if (!signal.aborted) loadingMore.value = false;
    }
  }

  /** Starts again with a new filter. The items of the previous filter stay until the first page has arrived. */
  function restart(): void {
    nextPage.abort();
    nextPage = new AbortController();
    loadingMore.value = false;
    nextCursor.value = null;
    state.value = "loading";
    error.value = null;
    void refresh();
  }

  const stop = (): void => {
    firstPage.abort();
    nextPage.abort();
  };
  return { items, nextCursor, state, error, loading_more: loadingMore, more, refresh, restart, stop };
}

/** The loaded items that follow the first page. There are none if `loaded` does not contain the last item of the first page. */
function itemsAfter<Item>(loaded: readonly Item[], firstPage: readonly Item[], keyOf: (item: Item) => unknown): Item[] {
  const last = firstPage.at(-1);
  const key = last === undefined ? undefined : keyOf(last);
  const at = loaded.findLastIndex((item) => keyOf(item) === key);
  return at === -1 ? [] : loaded.slice(at + 1);
}

function refreshAfterGaps(refresh: () => Promise<void>): void {
  watch([useStream().gaps, useConnection().reconnects], () => void refresh());
  void refresh();
}
