// The list of imports, newest first, updated live by the event stream.
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { list_imports, type ListedImport } from "../../contract/imports/imports.ts";
import { useLive, useStream } from "../server/live.ts";
import { ask, useConnection } from "../server/use-connection.ts";

const PAGE = 25;

export function useImports() {
  const imports = shallowRef<ListedImport[]>([]);
  const nextCursor = ref<string | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const error = ref<Error | null>(null);
  const loadingMore = ref(false);
  /** States from the stream. They may be newer than the response of a request sent earlier. */
  const streamed = new Map<number, ListedImport>();
  const stop = new AbortController();

  async function loadNewest(): Promise<void> {
    try {
      const page = await ask(list_imports, { querystring: { limit: PAGE } }, { signal: stop.signal });
      const older = olderThan(page.items, imports.value);
      imports.value = [...streamed.values()].reduce(withRecord, [...page.items, ...older]);
      if (older.length === 0) nextCursor.value = page.next_cursor;
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (stop.signal.aborted) return;
      error.value = reason as Error;
      if (state.value === "loading") state.value = "failed";
    }
  }

  async function more(): Promise<void> {
    if (nextCursor.value === null || loadingMore.value) return;
    loadingMore.value = true;
    try {
      const querystring = { limit: PAGE, cursor: nextCursor.value };
      const page = await ask(list_imports, { querystring }, { signal: stop.signal });
      imports.value = [...imports.value, ...page.items];
      nextCursor.value = page.next_cursor;
    } catch (reason) {
      if (!stop.signal.aborted) error.value = reason as Error;
    } finally {
      loadingMore.value = false;
    }
  }

  useLive("import", (record) => {
    streamed.set(record.id, record);
    if (state.value === "ready") imports.value = withRecord(imports.value, record);
  });
  void loadNewest();
  watch([useStream().gaps, useConnection().reconnects], () => void loadNewest());
  onScopeDispose(() => {
    stop.abort();
  });
  const hasMore = computed(() => nextCursor.value !== null);
  return { imports, state, error, has_more: hasMore, loading_more: loadingMore, more, refresh: loadNewest };
}

/** The loaded imports that are older than the first page. */
function olderThan(page: ListedImport[], loaded: ListedImport[]): ListedImport[] {
  const oldest = page.at(-1)?.id;
  return oldest === undefined ? [] : loaded.filter(({ id }) => id < oldest);
}

/** Applies a record: replaces a listed import by a newer state, or adds an import that is newer than the list. */
export function withRecord(list: ListedImport[], record: ListedImport): ListedImport[] {
  const listed = list.find(({ id }) => id === record.id);
  if (listed) {
    return listed.version >= record.version ? list : list.map((item) => (item.id === record.id ? record : item));
  }
  return (list[0]?.id ?? 0) < record.id ? [record, ...list] : list;
}
