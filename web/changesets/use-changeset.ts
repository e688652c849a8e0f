// Loads one changeset and refreshes it while it is running or being undone.
import { ref, shallowRef } from "vue";
import { get_changeset, type Changeset } from "../../contract/changesets/changesets.ts";
import { Problem } from "../../contract/problems.ts";
import { ask } from "../server/use-connection.ts";
import { useLiveRefresh } from "../server/use-live-refresh.ts";

const REFRESH_INTERVAL_MS = 2_000;

export function useChangeset(id: number) {
  const changeset = shallowRef<Changeset | null>(null);
  const state = ref<"loading" | "ready" | "missing" | "failed">("loading");
  const error = ref<Error | null>(null);

  const refresh = useLiveRefresh(async (signal) => {
    if (state.value === "missing") return;
    try {
      changeset.value = await ask(get_changeset, { params: { id } }, { signal });
      state.value = "ready";
      error.value = null;
    } catch (reason) {
      if (signal.aborted) return;
      error.value = reason as Error;
      if (reason instanceof Problem && reason.slug === "not-found") state.value = "missing";
      else if (state.value === "loading") state.value = "failed";
    }
  }, REFRESH_INTERVAL_MS);
  return { changeset, state, error, refresh };
}
