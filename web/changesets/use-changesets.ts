// Loads the timeline of changesets, with the filter from the URL.
import type { Ref } from "vue";
import { CHANGESET_KINDS } from "../../contract/changesets/changeset-kinds.ts";
import { list_changesets, type Changeset } from "../../contract/changesets/changesets.ts";
import { parseWhoAndWhen, queryOf, type WhoAndWhen } from "../server/filter/who-and-when.ts";
import { ask } from "../server/use-connection.ts";
import { useLiveRefresh } from "../server/use-live-refresh.ts";
import { usePagedList } from "../server/use-paged-list.ts";

const REFRESH_INTERVAL_MS = 3_000;
const PAGE = 50;

export interface ChangesetFilter extends WhoAndWhen {
  kind?: Changeset["kind"];
}

/** Parses the filter from a URL's query; unknown values are ignored. */
export function parseFilter(query: Record<string, unknown>): ChangesetFilter {
  const kind = CHANGESET_KINDS.find((value) => value === query["kind"]);
  return { ...(kind === undefined ? {} : { kind }), ...parseWhoAndWhen(query) };
}

export const useChangesets = (filter: Readonly<Ref<ChangesetFilter>>) =>
  usePagedList({
    load: (wanted, cursor, signal) => {
      const querystring = { limit: PAGE, ...queryOf(wanted), ...(cursor === undefined ? {} : { cursor }) };
      return ask(list_changesets, { querystring }, { signal });
    },
    filter,
    keyOf: ({ id }) => id,
    schedule: (refresh) => useLiveRefresh(refresh, REFRESH_INTERVAL_MS),
  });
