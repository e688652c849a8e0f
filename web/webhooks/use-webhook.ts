// One webhook with its health and recent deliveries, refreshed regularly.
import { shallowRef } from "vue";
import type { Delivery } from "../../contract/webhooks/deliveries.ts";
import { get_webhook, get_webhook_health, type Webhook, type WebhookHealth } from "../../contract/webhooks/webhooks.ts";
import { ask } from "../server/use-connection.ts";
import { useItem } from "../server/use-item.ts";
import { usePolling } from "../server/use-polling.ts";
import { recentDeliveries } from "./use-webhooks.ts";

const REFRESH_INTERVAL_MS = 3_000;

export function useWebhook(id: number) {
  const webhook = shallowRef<Webhook | null>(null);
  const health = shallowRef<WebhookHealth | null>(null);
  const recent = shallowRef<readonly Delivery[]>([]);
  const { state, error, load } = useItem(async (signal) => {
    [webhook.value, health.value, recent.value] = await Promise.all([
      ask(get_webhook, { params: { id } }, { signal }),
      ask(get_webhook_health, { params: { id } }, { signal }),
      recentDeliveries(id, signal),
    ]);
  });
  const refresh = usePolling(load, REFRESH_INTERVAL_MS);
  return { webhook, health, recent, state, error, refresh };
}
