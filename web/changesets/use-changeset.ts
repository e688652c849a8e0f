// Loads one changeset and refreshes it while it is running or being undone.
import { shallowRef } from "vue";
import { get_changeset, type Changeset } from "../../contract/changesets/changesets.ts";
import { ask } from "../server/use-connection.ts";
import { useItem } from "../server/use-item.ts";
import { useLiveRefresh } from "../server/use-live-refresh.ts";

const REFRESH_INTERVAL_MS = 2_000;

export function useChangeset(id: number) {
  const changeset = shallowRef<Changeset | null>(null);
  const { state, error, load } = useItem(async (signal) => {
    changeset.value = await ask(get_changeset, { params: { id } }, { signal });
  });
  const refresh = useLiveRefresh(load, REFRESH_INTERVAL_MS);
  return { changeset, state, error, refresh };
}
