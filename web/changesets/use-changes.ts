// Loads the products that a changeset changed, page by page, filtered by kind of change and SKU.
import { useThrottleFn } from "@vueuse/core";
import type { Ref } from "vue";
import { list_changes, type ProductChange } from "../../contract/changesets/changesets.ts";
import { useLive } from "../server/live.ts";
import { ask } from "../server/use-connection.ts";
import { usePagedList } from "../server/use-paged-list.ts";

const PAGE = 50;
/** Shortest time between two refreshes. A running import changes thousands of products a second. */
const MIN_REFRESH_INTERVAL_MS = 2_000;
const CHANGES = ["created", "updated", "deleted"] as const;

export interface ChangeFilter {
  change?: ProductChange["change"];
  sku?: string;
}

/** Parses the filter from a URL's query; unknown values are ignored. */
export function parseFilter(query: Record<string, unknown>): ChangeFilter {
  const change = CHANGES.find((value) => value === query["change"]);
  const sku = typeof query["sku"] === "string" && query["sku"] !== "" ? query["sku"] : undefined;
  return { ...(change === undefined ? {} : { change }), ...(sku === undefined ? {} : { sku }) };
}

export function useChanges(id: number, filter: Readonly<Ref<ChangeFilter>>) {
  const { items: changes, ...list } = usePagedList({
    load: (wanted: ChangeFilter, cursor, signal) => {
      const querystring = { limit: PAGE, ...wanted, ...(cursor === undefined ? {} : { cursor }) };
      return ask(list_changes, { params: { id }, querystring }, { signal });
    },
    filter,
    keyOf: (change) => `${String(change.id)} ${String(change.version)}`,
  });

  /** Refreshes the list while the changeset grows, unless more than one page is loaded. With several pages, a refresh would
   * move rows while the user reads them. */
  const follow = useThrottleFn(() => changes.value.length <= PAGE && list.refresh(), MIN_REFRESH_INTERVAL_MS, true);
  useLive("changeset", ({ changeset_id }) => {
    if (changeset_id === id) void follow();
  });
  useLive("import", ({ changeset_id, state }) => {
    if (changeset_id === id && state === "loading") void follow();
  });
  return { changes, ...list };
}
