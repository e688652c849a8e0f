// Loads something again and again: quickly while it is busy, now and then otherwise (another tab or the command line may
// have started something), not at all while nobody looks.
import { onScopeDispose, watch, type Ref } from "vue";
import { useDocumentVisibility } from "@vueuse/core";
import { useConnection } from "../kit/use-connection.ts";

const BUSY_MS = 1_000;
const IDLE_MS = 10_000;

/** Begins at once. Gives the function that loads out of turn. */
export function useRefreshing(load: () => Promise<void>, busy: Readonly<Ref<boolean>>): () => Promise<void> {
  const visibility = useDocumentVisibility();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    await load();
    clearTimeout(timer); // two may have been under way
    if (over || visibility.value === "hidden") return;
    timer = setTimeout(() => void refresh(), busy.value ? BUSY_MS : IDLE_MS);
  }

  watch([visibility, busy, useConnection().comebacks], () => {
    if (visibility.value === "visible") void refresh();
  });
  onScopeDispose(() => {
    over = true;
    clearTimeout(timer);
  });
  void refresh();
  return refresh;
}
