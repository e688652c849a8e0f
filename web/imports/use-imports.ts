// The list of imports, the newest first, kept fresh: quickly while something runs, now and then otherwise (another tab or
// the command line may have started one), not at all while nobody looks.
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { useDocumentVisibility } from "@vueuse/core";
import { isTerminal, list_imports, type Import } from "../../contract/imports.ts";
import { ask, useConnection } from "../kit/use-connection.ts";

const PAGE = 25;
const BUSY_MS = 1_000;
const IDLE_MS = 10_000;

export function useImports() {
  const imports = shallowRef<Import[]>([]);
  const next_before = ref<number | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const error = ref<Error | null>(null);
  const loading_more = ref(false);
  const running = computed(() => imports.value.filter((item) => !isTerminal(item.state)));
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
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
    plan();
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

  const visibility = useDocumentVisibility();
  function plan(): void {
    clearTimeout(timer);
    if (stop.signal.aborted || visibility.value === "hidden") return;
    timer = setTimeout(() => void refresh(), running.value.length > 0 ? BUSY_MS : IDLE_MS);
  }

  watch([visibility, useConnection().comebacks], () => {
    if (visibility.value === "visible") void refresh();
  });
  onScopeDispose(() => {
    stop.abort();
    clearTimeout(timer);
  });
  void refresh();
  return { imports, running, state, error, has_more: computed(() => next_before.value !== null), loading_more, more, refresh };
}

/** What has been loaded beyond the first page stays. */
function olderThan(page: Import[], loaded: Import[]): Import[] {
  const oldest = page.at(-1)?.id;
  return oldest === undefined ? [] : loaded.filter(({ id }) => id < oldest);
}
