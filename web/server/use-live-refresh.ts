// Reloads data after changes on the server: when the stream sends an event or, while no stream is open, on a timer.
import { watch } from "vue";
import { useThrottleFn } from "@vueuse/core";
import { useLive, useStream } from "./live.ts";
import { usePolling } from "./use-polling.ts";

/** Shortest time between two reloads. A running import sends five events a second. */
const THROTTLE_MS = 1_000;

/** Calls `load` now and whenever the stream reports a change on the server. While no stream is open, calls `load` every `everyMs`.
 * @returns a function that calls `load` immediately */
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
      // The request that was running may have read the data before the change, so load again.
      if (wasBusy) await refresh();
    },
    THROTTLE_MS,
    true,
  );
  for (const name of ["changeset", "products", "operation", "import"] as const) useLive(name, () => void soon());
  watch(gaps, () => void refresh());
  return refresh;
}
