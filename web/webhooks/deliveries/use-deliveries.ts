// Loads the deliveries of a webhook page by page, with the filter from the URL.
import type { Ref } from "vue";
import { DELIVERY_STATES, list_deliveries } from "../../../contract/webhooks/deliveries.ts";
import { EVENT_TYPES } from "../../../contract/webhooks/event-types.ts";
import { ask } from "../../server/use-connection.ts";
import { usePagedList } from "../../server/use-paged-list.ts";
import { usePolling } from "../../server/use-polling.ts";

const REFRESH_INTERVAL_MS = 2_000;
const PAGE = 50;

export const SINCE_HOURS = { hour: 1, day: 24, week: 168 } as const;
export type Since = keyof typeof SINCE_HOURS;

export interface DeliveryFilter {
  state?: (typeof DELIVERY_STATES)[number];
  type?: (typeof EVENT_TYPES)[number];
  since?: Since;
}

/** Parses the filter from a URL's query; unknown values are ignored. */
export function parseFilter(query: Record<string, unknown>): DeliveryFilter {
  const state = DELIVERY_STATES.find((value) => value === query["state"]);
  const type = EVENT_TYPES.find((value) => value === query["type"]);
  const since = (Object.keys(SINCE_HOURS) as Since[]).find((value) => value === query["since"]);
  return {
    ...(state === undefined ? {} : { state }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since }),
  };
}

export const useDeliveries = (id: number, filter: Readonly<Ref<DeliveryFilter>>) =>
  usePagedList({
    load: (wanted: DeliveryFilter, cursor, signal) => {
      const querystring = { ...queryOf(wanted), ...(cursor === undefined ? {} : { cursor }) };
      return ask(list_deliveries, { params: { id }, querystring }, { signal });
    },
    filter,
    keyOf: (delivery) => delivery.id,
    schedule: (refresh) => usePolling(refresh, REFRESH_INTERVAL_MS),
  });

function queryOf({ state, type, since }: DeliveryFilter) {
  return {
    limit: PAGE,
    ...(state === undefined ? {} : { state }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since: new Date(Date.now() - SINCE_HOURS[since] * 3_600_000).toISOString() }),
  };
}
