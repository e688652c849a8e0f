// What a changeset did to each product: pages of before and after, filtered by kind of change and SKU.
import { useThrottleFn } from "@vueuse/core";
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { list_changes, type ProductChange } from "../../contract/changesets/changesets.ts";
import { useLive } from "../server/live.ts";
import { ask } from "../server/use-connection.ts";

const PAGE = 50;
/** Changes of a running import come by the thousand. */
const FOLLOW_MS = 2_000;
const CHANGES = ["created", "updated", "deleted"] as const;

export interface ChangeFilter {
  change?: ProductChange["change"];
  sku?: string;
}

/** The filter that an address says; what it does not know it leaves out. */
export function changeFilterOf(query: Record<string, unknown>): ChangeFilter {
  const change = CHANGES.find((one) => one === query["change"]);
  const sku = typeof query["sku"] === "string" && query["sku"] !== "" ? query["sku"] : undefined;
  return { ...(change === undefined ? {} : { change }), ...(sku === undefined ? {} : { sku }) };
}

export function useChanges(id: number, filter: Ref<ChangeFilter>) {
  const changes = shallowRef<ProductChange[]>([]);
  const nextCursor = ref<string | null>(null);
  const state = ref<"loading" | "ready" | "failed">("loading");
  const error = ref<Error | null>(null);
  const loadingMore = ref(false);
  let asking = new AbortController();
  onScopeDispose(() => {
    asking.abort();
  });

  async function load(quietly = false): Promise<void> {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    if (!quietly) state.value = "loading";
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
    const { signal } = asking;
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

  /** While it is being made, as long as nobody has gone on to further pages, which would move under the reader's eyes. */
  const follow = useThrottleFn(() => changes.value.length <= PAGE && load(true), FOLLOW_MS, true);
  useLive("changeset", ({ changeset_id }) => {
    if (changeset_id === id) void follow();
  });
  useLive("import", ({ changeset_id, state: at }) => {
    if (changeset_id === id && at === "loading") void follow();
  });
  return { changes, next_cursor: nextCursor, state, error, loading_more: loadingMore, more, load };
}
