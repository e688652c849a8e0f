// Loads the rejected rows of one import page by page, optionally for one reason, and the number of rows for each reason.
import { computed, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import {
  list_rejects,
  summarize_rejects,
  type RejectCode,
  type RejectGroup,
} from "../../../contract/imports/imports.ts";
import { ask } from "../../server/use-connection.ts";
import { usePagedList } from "../../server/use-paged-list.ts";

const PAGE = 50;

export function useRejects(importId: MaybeRefOrGetter<number>) {
  const groups = shallowRef<RejectGroup[]>([]);
  const code = ref<RejectCode | undefined>();
  const list = usePagedList({
    load: async (filter: { id: number; code: RejectCode | undefined }, cursor, signal) => {
      const params = { id: filter.id };
      const querystring = {
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
        ...(filter.code === undefined ? {} : { code: filter.code }),
      };
      const [page, summary] = await Promise.all([
        ask(list_rejects, { params, querystring }, { signal }),
        groups.value.length > 0 ? undefined : ask(summarize_rejects, { params }, { signal }),
      ]);
      if (summary && !signal.aborted) groups.value = summary.items;
      return page;
    },
    filter: () => ({ id: toValue(importId), code: code.value }),
    keyOf: ({ row }) => row,
  });

  watch(
    () => toValue(importId),
    () => (groups.value = []),
    { flush: "sync" },
  );
  const loading = computed(() => list.state.value === "loading" || list.loading_more.value);
  /** Loads the next page, or the first page again if loading it failed. */
  const more = (): Promise<void> => (list.state.value === "failed" ? list.refresh() : list.more());
  return { rejects: list.items, groups, code, has_more: list.has_more, loading, error: list.error, more };
}
