// Loads the rejected rows of one import page by page, optionally for one reason, and the number of rows for each reason.
import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import {
  list_rejects,
  summarize_rejects,
  type Reject,
  type RejectCode,
  type RejectGroup,
} from "../../../contract/imports/imports.ts";
import { ask, useConnection } from "../../server/use-connection.ts";

const PAGE = 50;

export function useRejects(id: MaybeRefOrGetter<number>) {
  const rejects = shallowRef<Reject[]>([]);
  const groups = shallowRef<RejectGroup[]>([]);
  const code = ref<RejectCode | undefined>();
  const hasMore = ref(false);
  const loading = ref(false);
  const error = ref<Error | null>(null);
  let stop = new AbortController();
  let cursor: string | undefined;

  async function load(): Promise<void> {
    const { signal } = stop;
    const params = { id: toValue(id) };
    loading.value = true;
    error.value = null;
    try {
      const querystring = {
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
        ...(code.value === undefined ? {} : { code: code.value }),
      };
      const [page, summary] = await Promise.all([
        ask(list_rejects, { params, querystring }, { signal }),
        groups.value.length > 0 ? undefined : ask(summarize_rejects, { params }, { signal }),
      ]);
      rejects.value = cursor === undefined ? page.items : [...rejects.value, ...page.items];
      groups.value = summary?.items ?? groups.value;
      hasMore.value = page.next_cursor !== null;
      cursor = page.next_cursor ?? cursor;
    } catch (reason) {
      if (!signal.aborted) error.value = reason as Error;
    } finally {
      if (!signal.aborted) loading.value = false;
    }
  }

  function restart(): void {
    stop.abort();
    stop = new AbortController();
    cursor = undefined;
    void load();
  }

  watch(
    () => toValue(id),
    () => (groups.value = []),
  );
  watch([() => toValue(id), code], restart, { immediate: true });
  watch(useConnection().reconnects, () => {
    if (error.value) void load();
  });
  onScopeDispose(() => {
    stop.abort();
  });
  return { rejects, groups, code, has_more: hasMore, loading, error, more: load };
}
