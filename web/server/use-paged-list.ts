// A list that the server gives in pages, the newest first: filtered, kept fresh at its head, more on demand.
import { ref, shallowRef, watch, type Ref } from "vue";
import { usePolling } from "./use-polling.ts";

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** One page for a filter; without a cursor, the first. */
export type LoadPage<Item, Filter> = (
  filter: Filter,
  cursor: string | undefined,
  signal?: AbortSignal,
) => Promise<Page<Item>>;

/** @param keep how the head is kept fresh */
export function usePagedList<Item extends { id: number }, Filter>(
  load: LoadPage<Item, Filter>,
  filter: Readonly<Ref<Filter>>,
  everyMs: number,
  keep: typeof usePolling = usePolling,
) {
  const items = shallowRef<Item[]>([]);
  const nextCursor = ref<string | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const error = shallowRef<Error | null>(null);
  const loadingMore = ref(false);

  const refresh = keep(async (signal) => {
    const asked = filter.value;
    try {
      const page = await load(asked, undefined, signal);
      if (asked !== filter.value) return;
      const older = olderThan(page.items, items.value);
      items.value = [...page.items, ...older];
      if (older.length === 0) nextCursor.value = page.next_cursor;
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (signal.aborted) return;
      error.value = reason as Error;
      if (state.value === "loading") state.value = "failed";
    }
  }, everyMs);

  async function more(): Promise<void> {
    if (nextCursor.value === null || loadingMore.value) return;
    loadingMore.value = true;
    const asked = filter.value;
    try {
      const page = await load(asked, nextCursor.value);
      if (asked !== filter.value) return;
      items.value = [...items.value, ...page.items];
      nextCursor.value = page.next_cursor;
    } catch (reason) {
      error.value = reason as Error;
    } finally {
      loadingMore.value = false;
    }
  }

  watch(filter, async (wanted) => {
    items.value = [];
    nextCursor.value = null;
    state.value = "loading";
    // What was under way asked with the old filter and is thrown away: ask once more.
    await refresh();
    if (wanted === filter.value && items.value.length === 0) await refresh();
  });
  return { items, next_cursor: nextCursor, state, error, loading_more: loadingMore, more, refresh };
}

/** What has been loaded beyond the first page stays. */
function olderThan<Item extends { id: number }>(page: readonly Item[], loaded: readonly Item[]): Item[] {
  const oldest = page.at(-1)?.id;
  return oldest === undefined ? [] : loaded.filter(({ id }) => id < oldest);
}
