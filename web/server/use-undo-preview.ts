// Previews the undo of a changeset; reloads the preview when the policy changes.
import { ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { previewUndo, type UndoPolicy } from "./undo.ts";
import type { UndoPreview } from "../../contract/changesets/undo.ts";

export function useUndoPreview(changesetId: MaybeRefOrGetter<number | null>) {
  const policy = ref<UndoPolicy>("keep");
  const preview = shallowRef<UndoPreview | null>(null);
  const error = shallowRef<Error | null>(null);
  const loadingMore = ref(false);
  let asking = new AbortController();

  watch(
    [() => toValue(changesetId), policy],
    async ([id]) => {
      asking.abort();
      asking = new AbortController();
      const { signal } = asking;
      error.value = null;
      if (id === null) {
        preview.value = null;
        policy.value = "keep";
        return;
      }
      try {
        const found = await previewUndo(id, policy.value, { signal });
        if (!signal.aborted) preview.value = found;
      } catch (reason) {
        if (!signal.aborted) error.value = reason as Error;
      }
    },
    { immediate: true },
  );

  async function more(): Promise<void> {
    const id = toValue(changesetId);
    const shown = preview.value;
    const cursor = shown?.next_cursor ?? null;
    if (id === null || shown === null || cursor === null || loadingMore.value) return;
    loadingMore.value = true;
    try {
      const page = await previewUndo(id, policy.value, { cursor, signal: asking.signal });
      if (preview.value === shown)
        preview.value = { ...shown, items: [...shown.items, ...page.items], next_cursor: page.next_cursor };
    } catch (reason) {
      error.value = reason as Error;
    } finally {
      loadingMore.value = false;
    }
  }
  return { policy, preview, error, loading_more: loadingMore, more };
}
