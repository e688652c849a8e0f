// Keeps what is shown of the catalogue's changes fresh: loads when the stream tells of one, and on a timer only where there is no
// stream.
import { watch } from "vue";
import { useThrottleFn } from "@vueuse/core";
import { useLive, useStream } from "./live.ts";
import { usePolling } from "./use-polling.ts";

/** An import tells of itself five times a second. */
const AT_MOST_EVERY_MS = 1_000;

/** Calls `load` now and whenever there may be news; gives the function that does it at once. */
export function useLiveRefresh(load: (signal: AbortSignal) => Promise<void>, everyMs: number): () => Promise<void> {
  const { is_open, gaps } = useStream();
  let busy = false;
  const refresh = usePolling(
    async (signal) => {
      busy = true;
      await load(signal);
      busy = false;
    },
    everyMs,
    () => !is_open.value,
  );
  const soon = useThrottleFn(
    async () => {
      const wasBusy = busy;
      await refresh();
      // What was under way may have looked before the change.
      if (wasBusy) await refresh();
    },
    AT_MOST_EVERY_MS,
    true,
  );
  for (const name of ["changeset", "products", "operation", "import"] as const) useLive(name, () => void soon());
  watch(gaps, () => void refresh());
  return refresh;
}
