// The loading state of a page that shows one item or one list.
import { ref, type Ref } from "vue";
import { Problem } from "../../contract/problems.ts";

export type ItemState = "loading" | "ready" | "missing" | "failed";

export interface LoadedItem {
  state: Ref<ItemState>;
  /** The error of the last attempt to load the item; null if it succeeded. */
  error: Ref<Error | null>;
  /** Loads the item, or loads it again. Does nothing after a request has found that the item does not exist. */
  load: (signal: AbortSignal) => Promise<void>;
}

/** @param fetchItem requests the item and stores it. While an item is shown, an error of a later attempt does not replace the item. */
export function useItem(fetchItem: (signal: AbortSignal) => Promise<void>): LoadedItem {
  const state = ref<ItemState>("loading");
  const error = ref<Error | null>(null);
  const load = async (signal: AbortSignal): Promise<void> => {
    if (state.value === "missing") return;
    try {
      await fetchItem(signal);
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (signal.aborted) return;
      error.value = reason as Error;
      if (reason instanceof Problem && reason.slug === "not-found") state.value = "missing";
      else if (state.value === "loading") state.value = "failed";
    }
  };
  return { state, error, load };
}
