// Previews the undo of a changeset: the number of products it affects, and the products changed again later. Reloads when the
// user chooses another policy for those later changes.
import { ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import type { Conflict } from "../../../contract/changesets/operations.ts";
import type { UndoPreview } from "../../../contract/changesets/undo.ts";
import { previewUndo, type UndoPolicy } from "./undo.ts";
import { usePagedList } from "../use-paged-list.ts";

export function useUndoPreview(changesetId: MaybeRefOrGetter<number | null>) {
  const policy = ref<UndoPolicy>("keep");
  const preview = shallowRef<UndoPreview | null>(null);
  const { items: conflicts, ...list } = usePagedList({
    load: async (filter: { id: number | null; policy: UndoPolicy }, cursor, signal) => {
      if (filter.id === null) return { items: [] as Conflict[], next_cursor: null };
      const page = await previewUndo(filter.id, filter.policy, { cursor, signal });
      if (!signal.aborted) preview.value = page;
      return page;
    },
    filter: () => ({ id: toValue(changesetId), policy: policy.value }),
    keyOf: ({ id }) => id,
  });

  watch(
    () => toValue(changesetId),
    () => {
      preview.value = null;
      policy.value = "keep";
    },
    { flush: "sync" },
  );
  return { policy, preview, conflicts, ...list };
}
