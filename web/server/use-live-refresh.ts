// Reloads data about changes of the catalogue: on events of the stream, or on a timer while there is no stream.
import { watch } from "vue";
import { useThrottleFn } from "@vueuse/core";
import { useLive, useStream } from "./live.ts";
import { usePolling } from "./use-polling.ts";

/** A running import sends five events a second. */
const THROTTLE_MS = 1_000;

/** Calls `load` now and after every change. Returns the function that calls it immediately. */
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
      // The request that was running may have read the data before the change.
      if (wasBusy) await refresh();
    },
    THROTTLE_MS,
    true,
  );
  for (const name of ["changeset", "products", "operation", "import"] as const) useLive(name, () => void soon());
  watch(gaps, () => void refresh());
  return refresh;
}
