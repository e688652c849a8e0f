// Loads the products that a changeset changed, page by page, filtered by kind of change and SKU.
import { useThrottleFn } from "@vueuse/core";
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { list_changes, type ProductChange } from "../../contract/changesets/changesets.ts";
import { useLive } from "../server/live.ts";
import { ask } from "../server/use-connection.ts";

const PAGE = 50;
/** A running import changes thousands of products a second, so refresh at most this often. */
const MIN_REFRESH_INTERVAL_MS = 2_000;
const CHANGES = ["created", "updated", "deleted"] as const;

export interface ChangeFilter {
  change?: ProductChange["change"];
  sku?: string;
}

/** Parses the filter from a URL's query; unknown values are ignored. */
export function parseFilter(query: Record<string, unknown>): ChangeFilter {
  const change = CHANGES.find((value) => value === query["change"]);
  const sku = typeof query["sku"] === "string" && query["sku"] !== "" ? query["sku"] : undefined;
  return { ...(change === undefined ? {} : { change }), ...(sku === undefined ? {} : { sku }) };
}

export function useChanges(id: number, filter: Ref<ChangeFilter>) {
  const changes = shallowRef<ProductChange[]>([]);
  const nextCursor = ref<string | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const error = ref<Error | null>(null);
  const loadingMore = ref(false);
  let pendingRequest = new AbortController();
  onScopeDispose(() => {
    pendingRequest.abort();
  });

  async function load(keepsState = false): Promise<void> {
    pendingRequest.abort();
    pendingRequest = new AbortController();
    const { signal } = pendingRequest;
    if (!keepsState) state.value = "loading";
    try {
      const page = await ask(
        list_changes,
        { params: { id }, querystring: { limit: PAGE, ...filter.value } },
        { signal },
      );
      if (signal.aborted) return;
      changes.value = page.items;
      nextCursor.value = page.next_cursor;
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (signal.aborted) return;
      error.value = reason as Error;
      state.value = "failed";
    }
  }

  async function more(): Promise<void> {
    if (nextCursor.value === null || loadingMore.value) return;
    loadingMore.value = true;
    const { signal } = pendingRequest;
    try {
      const querystring = { limit: PAGE, cursor: nextCursor.value, ...filter.value };
      const page = await ask(list_changes, { params: { id }, querystring }, { signal });
      if (signal.aborted) return;
      changes.value = [...changes.value, ...page.items];
      nextCursor.value = page.next_cursor;
    } catch (reason) {
      if (!signal.aborted) error.value = reason as Error;
    } finally {
      loadingMore.value = false;
    }
  }

  watch(filter, () => load(), { immediate: true });

  /** Refreshes while the changeset grows, but only on the first page: further pages would move while the user reads them. */
  const refresh = useThrottleFn(() => changes.value.length <= PAGE && load(true), MIN_REFRESH_INTERVAL_MS, true);
  useLive("changeset", ({ changeset_id }) => {
    if (changeset_id === id) void refresh();
  });
  useLive("import", ({ changeset_id, state: at }) => {
    if (changeset_id === id && at === "loading") void refresh();
  });
  return { changes, next_cursor: nextCursor, state, error, loading_more: loadingMore, more, load };
}
