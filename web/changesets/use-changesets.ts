// The time line of changesets.
import type { Ref } from "vue";
import { CHANGESET_KINDS } from "../../contract/changesets/changeset-kinds.ts";
import { list_changesets, type Changeset } from "../../contract/changesets/changesets.ts";
import { ask } from "../server/use-connection.ts";
import { useLiveRefresh } from "../server/use-live-refresh.ts";
import { usePagedList } from "../server/use-paged-list.ts";

const EVERY_MS = 3_000;
const PAGE = 50;

export interface ChangesetFilter {
  kind?: Changeset["kind"];
  actor?: string;
}

/** The filter that an address says; what it does not know it leaves out. */
export function filterOf(query: Record<string, unknown>): ChangesetFilter {
  const kind = CHANGESET_KINDS.find((one) => one === query["kind"]);
  const actor = typeof query["actor"] === "string" && query["actor"] !== "" ? query["actor"] : undefined;
  return { ...(kind === undefined ? {} : { kind }), ...(actor === undefined ? {} : { actor }) };
}

export const useChangesets = (filter: Readonly<Ref<ChangesetFilter>>) =>
  usePagedList<Changeset, ChangesetFilter>(
    (wanted, cursor, signal) => {
      const querystring = { limit: PAGE, ...wanted, ...(cursor === undefined ? {} : { cursor }) };
      return ask(list_changesets, { querystring }, { signal });
    },
    filter,
    EVERY_MS,
    useLiveRefresh,
  );
