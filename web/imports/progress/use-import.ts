// One import, live until it ends.
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { get_import, isTerminal, type ListedImport } from "../../../contract/imports/imports.ts";
import { publish, useLive, useStream } from "../../server/live.ts";
import { ask, useConnection } from "../../server/use-connection.ts";
import { lacksDetails, mergeImport, withColumns } from "./merge-import.ts";
import { createEta, type Eta } from "./eta.ts";

export function useImport(id: MaybeRefOrGetter<number>) {
  const value = shallowRef<ListedImport | null>(null);
  const pace = shallowRef<Eta | null>(null);
  const error = ref<Error | null>(null);
  /** Whether the end was seen to come, as against found when the page was opened. */
  const endedHere = ref(false);
  let nextEta = createEta();
  let stop = new AbortController();
  let loading: AbortSignal | undefined;

  useLive("import", (state) => {
    if (state.id !== toValue(id)) return;
    const known = value.value;
    value.value = mergeImport(known, state);
    if (known === null || state.version > known.version) {
      endedHere.value ||= known !== null && !isTerminal(known.state) && isTerminal(state.state);
      pace.value = nextEta(performance.now(), state.fraction, state.rows_per_second);
    }
    if (lacksDetails(value.value)) void load();
  });

  async function load(): Promise<void> {
    const { signal } = stop;
    if (loading === signal) return;
    loading = signal;
    try {
      publish("import", await ask(get_import, { params: { id: toValue(id) } }, { signal }));
      if (!signal.aborted) error.value = null;
    } catch (reason) {
      // A server that is away is said by the banner; what was loaded stays.
      if (!signal.aborted && value.value === null) error.value = reason as Error;
      return;
    } finally {
      if (loading === signal) loading = undefined;
    }
    // The import may have ended while the answer was under way.
    if (!signal.aborted && value.value !== null && lacksDetails(value.value)) void load();
  }

  watch(
    () => toValue(id),
    () => {
      stop.abort();
      stop = new AbortController();
      value.value = pace.value = error.value = null;
      endedHere.value = false;
      nextEta = createEta();
      void load();
    },
    { immediate: true },
  );
  watch([useStream().gaps, useConnection().reconnects], () => void load());
  onScopeDispose(() => {
    stop.abort();
  });
  const import_ = computed(() => (value.value === null ? null : withColumns(value.value)));
  return { import_, pace, error, ended_here: endedHere };
}
