// One profile, refreshed regularly.
import { shallowRef } from "vue";
import { get_profile, type Profile } from "../../contract/profiles/profiles.ts";
import { ask } from "../server/use-connection.ts";
import { useItem } from "../server/use-item.ts";
import { usePolling } from "../server/use-polling.ts";

const REFRESH_INTERVAL_MS = 10_000;

export function useProfile(name: string) {
  const profile = shallowRef<Profile | null>(null);
  const { state, error, load } = useItem(async (signal) => {
    profile.value = await ask(get_profile, { params: { name } }, { signal });
  });
  const refresh = usePolling(load, REFRESH_INTERVAL_MS);

  /** Shows the profile that a request has just returned. */
  const show = (stored: Profile): void => {
    profile.value = stored;
  };
  return { profile, state, error, refresh, show };
}
