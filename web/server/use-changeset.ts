// Loads one changeset and keeps it current, even while it is being undone.
import { onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { get_changeset, type Changeset } from "../../contract/changesets/changesets.ts";
import { isOperationOver } from "../../contract/changesets/operations.ts";
import { useLive, useStream } from "./live.ts";
import { ask, useConnection } from "./use-connection.ts";

export function useChangeset(id: MaybeRefOrGetter<number | null>) {
  const changeset = shallowRef<Changeset | null>(null);
  const error = shallowRef<Error | null>(null);
  const stop = new AbortController();

  async function load(): Promise<void> {
    const wanted = toValue(id);
    if (wanted === null) return;
    try {
      const loaded = await ask(get_changeset, { params: { id: wanted } }, { signal: stop.signal });
      if (toValue(id) === wanted) changeset.value = loaded;
      error.value = null;
    } catch (reason) {
      if (!stop.signal.aborted) error.value = reason as Error;
    }
  }

  watch(
    () => toValue(id),
    () => {
      changeset.value = null;
      void load();
    },
    { immediate: true },
  );
  useLive("operation", ({ kind, options, state }) => {
    if (kind === "undo" && options.undoes === toValue(id) && isOperationOver(state)) void load();
  });
  useLive("changeset", ({ changeset_id }) => {
    if (changeset_id === toValue(id)) void load();
  });
  watch([useStream().gaps, useConnection().reconnects], () => void load());
  onScopeDispose(() => {
    stop.abort();
  });
  return { changeset, error, refresh: load };
}
