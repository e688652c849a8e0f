// All profiles, own and built-in ones, refreshed regularly: each import changes when its profile was last used.
import { shallowRef } from "vue";
import { list_profiles, type ListedProfile } from "../../contract/profiles/profiles.ts";
import { ask } from "../server/use-connection.ts";
import { useItem } from "../server/use-item.ts";
import { usePolling } from "../server/use-polling.ts";

const REFRESH_INTERVAL_MS = 10_000;
const PAGE_SIZE = 200;

export function useProfiles() {
  const profiles = shallowRef<readonly ListedProfile[]>([]);
  const { state, error, load } = useItem(async (signal) => {
    profiles.value = await listAll(signal);
  });
  const refresh = usePolling(load, REFRESH_INTERVAL_MS);
  return { profiles, state, error, refresh };
}

async function listAll(signal: AbortSignal): Promise<ListedProfile[]> {
  const all: ListedProfile[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await ask(
      list_profiles,
      { querystring: { limit: PAGE_SIZE, cursor: cursor ?? undefined } },
      { signal },
    );
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  return all;
}
