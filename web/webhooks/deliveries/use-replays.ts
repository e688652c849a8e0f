// The running replays of a webhook.
import { computed, shallowRef } from "vue";
import { list_replays, type Replay } from "../../../contract/webhooks/deliveries.ts";
import { ask } from "../../server/use-connection.ts";
import { usePolling } from "../../server/use-polling.ts";

const REFRESH_INTERVAL_MS = 2_000;

export function useReplays(id: number) {
  const replays = shallowRef<Replay[]>([]);
  const refresh = usePolling(async (signal) => {
    try {
      const { items } = await ask(list_replays, { params: { id } }, { signal });
      replays.value = items;
    } catch {
      // Ignore the error: the delivery log on the same page already reports an unreachable server.
    }
  }, REFRESH_INTERVAL_MS);
  const running = computed(() => replays.value.filter(({ state }) => state === "preparing" || state === "running"));
  return { running, refresh };
}
