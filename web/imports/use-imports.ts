// The list of imports, the newest first, kept fresh.
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { isTerminal, list_imports, type Import } from "../../contract/imports.ts";
import { ask } from "../kit/use-connection.ts";
import { useRefreshing } from "./use-refreshing.ts";
import { useUploads } from "./use-uploads.ts";

const PAGE = 25;

export function useImports() {
  const imports = shallowRef<Import[]>([]);
  const next_before = ref<number | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const error = ref<Error | null>(null);
  const loading_more = ref(false);
  const running = computed(() => imports.value.filter((item) => !isTerminal(item.state)));
  const stop = new AbortController();
  const { under_way } = useUploads();
  const busy = computed(() => under_way.value || running.value.length > 0);
  const refresh = useRefreshing(loadNewest, busy);

  async function loadNewest(): Promise<void> {
    try {
      const page = await ask(list_imports, { querystring: { limit: PAGE } }, { signal: stop.signal });
      const older = olderThan(page.items, imports.value);
      imports.value = [...page.items, ...older];
      if (older.length === 0) next_before.value = page.next_before;
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (stop.signal.aborted) return;
      error.value = reason as Error;
      if (state.value === "loading") state.value = "failed";
    }
  }

  async function more(): Promise<void> {
    if (next_before.value === null || loading_more.value) return;
    loading_more.value = true;
    try {
      const querystring = { limit: PAGE, before: next_before.value };
      const page = await ask(list_imports, { querystring }, { signal: stop.signal });
      imports.value = [...imports.value, ...page.items];
      next_before.value = page.next_before;
    } catch (reason) {
      if (!stop.signal.aborted) error.value = reason as Error;
    } finally {
      loading_more.value = false;
    }
  }

  onScopeDispose(() => {
    stop.abort();
  });
  const has_more = computed(() => next_before.value !== null);
  return { imports, running, state, error, has_more, loading_more, more, refresh };
}

/** What has been loaded beyond the first page stays. */
function olderThan(page: Import[], loaded: Import[]): Import[] {
  const oldest = page.at(-1)?.id;
  return oldest === undefined ? [] : loaded.filter(({ id }) => id < oldest);
}
