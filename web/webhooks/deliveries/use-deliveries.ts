// The log of a webhook's deliveries.
import type { Ref } from "vue";
import { DELIVERY_STATES, list_deliveries, type Delivery } from "../../../contract/webhooks/deliveries.ts";
import { EVENT_TYPES } from "../../../contract/webhooks/event-types.ts";
import { ask } from "../../server/use-connection.ts";
import { usePagedList } from "../../server/use-paged-list.ts";

const EVERY_MS = 2_000;
const PAGE = 50;

export const SINCE_HOURS = { hour: 1, day: 24, week: 168 } as const;
export type Since = keyof typeof SINCE_HOURS;

export interface DeliveryFilter {
  state?: (typeof DELIVERY_STATES)[number];
  type?: (typeof EVENT_TYPES)[number];
  since?: Since;
}

/** The filter that an address says; what it does not know it leaves out. */
export function filterOf(query: Record<string, unknown>): DeliveryFilter {
  const state = DELIVERY_STATES.find((one) => one === query["state"]);
  const type = EVENT_TYPES.find((one) => one === query["type"]);
  const since = (Object.keys(SINCE_HOURS) as Since[]).find((one) => one === query["since"]);
  return {
    ...(state === undefined ? {} : { state }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since }),
  };
}

export const useDeliveries = (id: number, filter: Readonly<Ref<DeliveryFilter>>) =>
  usePagedList<Delivery, DeliveryFilter>(
    (wanted, cursor, signal) => {
      const querystring = { ...queryOf(wanted), ...(cursor === undefined ? {} : { cursor }) };
      return ask(list_deliveries, { params: { id }, querystring }, { signal });
    },
    filter,
    EVERY_MS,
  );

function queryOf({ state, type, since }: DeliveryFilter) {
  return {
    limit: PAGE,
    ...(state === undefined ? {} : { state }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since: new Date(Date.now() - SINCE_HOURS[since] * 3_600_000).toISOString() }),
  };
}
