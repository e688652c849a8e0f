// One webhook with its health and recent deliveries, refreshed regularly.
import { ref, shallowRef } from "vue";
import type { Delivery } from "../../contract/webhooks/deliveries.ts";
import { Problem } from "../../contract/problems.ts";
import { get_webhook, get_webhook_health, type Webhook, type WebhookHealth } from "../../contract/webhooks/webhooks.ts";
import { ask } from "../server/use-connection.ts";
import { usePolling } from "../server/use-polling.ts";
import { recentDeliveries } from "./use-webhooks.ts";

const REFRESH_INTERVAL_MS = 3_000;

export function useWebhook(id: number) {
  const webhook = shallowRef<Webhook | null>(null);
  const health = shallowRef<WebhookHealth | null>(null);
  const recent = shallowRef<readonly Delivery[]>([]);
  const state = ref<"loading" | "ready" | "missing" | "failed">("loading");
  const error = ref<Error | null>(null);

  const refresh = usePolling(async (signal) => {
    if (state.value === "missing") return;
    try {
      [webhook.value, health.value, recent.value] = await Promise.all([
        ask(get_webhook, { params: { id } }, { signal }),
        ask(get_webhook_health, { params: { id } }, { signal }),
        recentDeliveries(id, signal),
      ]);
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (signal.aborted) return;
      error.value = reason as Error;
      if (reason instanceof Problem && reason.slug === "not-found") state.value = "missing";
      else if (state.value === "loading") state.value = "failed";
    }
  }, REFRESH_INTERVAL_MS);
  return { webhook, health, recent, state, error, refresh };
}
