// Polls while the tab is visible: on a timer, and immediately when the tab becomes visible again.
import { onScopeDispose, watch } from "vue";
import { useDocumentVisibility, useIntervalFn } from "@vueuse/core";
import { useConnection } from "./use-connection.ts";

/** Calls `load` now, and every `everyMs` while `isNeeded()` returns true. Calls never overlap. Returns a function that calls `load`
 * immediately. */
export function usePolling(
  load: (signal: AbortSignal) => Promise<void>,
  everyMs: number,
  isNeeded: () => boolean = () => true,
): () => Promise<void> {
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    running ??= load(stop.signal).finally(() => (running = undefined));
    return running;
  };
  const visibility = useDocumentVisibility();
  const { reconnects } = useConnection();
  const timer = useIntervalFn(() => isNeeded() && void refresh(), everyMs);
  watch(visibility, (now) => {
    if (now === "hidden") timer.pause();
    else {
      timer.resume();
      void refresh();
    }
  });
  watch(reconnects, () => void refresh());
  onScopeDispose(() => {
    stop.abort();
  });
  void refresh();
  return refresh;
}
