// All webhooks with their recent deliveries, refreshed regularly.
import { shallowRef } from "vue";
import { list_deliveries, type Delivery } from "../../contract/webhooks/deliveries.ts";
import { list_webhooks, type Webhook } from "../../contract/webhooks/webhooks.ts";
import { ask } from "../server/use-connection.ts";
import { useItem } from "../server/use-item.ts";
import { usePolling } from "../server/use-polling.ts";

const REFRESH_INTERVAL_MS = 5_000;
/** Number of deliveries in a health bar. */
export const BAR_DELIVERIES = 40;

export interface ListedWebhook extends Webhook {
  recent: readonly Delivery[];
}

export function useWebhooks() {
  const webhooks = shallowRef<ListedWebhook[]>([]);
  const { state, error, load } = useItem(async (signal) => {
    const all = await listAll(signal);
    webhooks.value = await Promise.all(
      all.map(async (webhook) => ({ ...webhook, recent: await recentDeliveries(webhook.id, signal) })),
    );
  });
  const refresh = usePolling(load, REFRESH_INTERVAL_MS);
  return { webhooks, state, error, refresh };
}

async function listAll(signal: AbortSignal): Promise<Webhook[]> {
  const all: Webhook[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const querystring = cursor === undefined ? { limit: 200 } : { limit: 200, cursor };
    const page = await ask(list_webhooks, { querystring }, { signal });
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  return all;
}

export async function recentDeliveries(id: number, signal: AbortSignal): Promise<Delivery[]> {
  const { items } = await ask(list_deliveries, { params: { id }, querystring: { limit: BAR_DELIVERIES } }, { signal });
  return items;
}
