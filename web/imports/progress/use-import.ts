// State of one import, updated live until it ends.
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { get_import, isTerminal, type ListedImport } from "../../../contract/imports/imports.ts";
import { publish, useLive, useStream } from "../../server/live.ts";
import { ask, useConnection } from "../../server/use-connection.ts";
import { lacksDetails, mergeImport, withColumns } from "./merge-import.ts";
import { createEtaEstimator, type Eta } from "./eta.ts";

export function useImport(id: MaybeRefOrGetter<number>) {
  const value = shallowRef<ListedImport | null>(null);
  const eta = shallowRef<Eta | null>(null);
  const error = ref<Error | null>(null);
  /** True if the import ended while this page was open; false if it had already ended before. */
  const endedWhileShown = ref(false);
  let estimateEta = createEtaEstimator();
  let stop = new AbortController();
  let loading: AbortSignal | undefined;

  useLive("import", (state) => {
    if (state.id !== toValue(id)) return;
    const known = value.value;
    value.value = mergeImport(known, state);
    if (known === null || state.version > known.version) {
      endedWhileShown.value ||= known !== null && !isTerminal(known.state) && isTerminal(state.state);
      eta.value = estimateEta(performance.now(), state.fraction, state.rows_per_second);
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
      // A banner of the page reports an unreachable server; keep the data that is already loaded.
      if (!signal.aborted && value.value === null) error.value = reason as Error;
      return;
    } finally {
      if (loading === signal) loading = undefined;
    }
    // The import may have ended while the response was on its way.
    if (!signal.aborted && value.value !== null && lacksDetails(value.value)) void load();
  }

  watch(
    () => toValue(id),
    () => {
      stop.abort();
      stop = new AbortController();
      value.value = eta.value = error.value = null;
      endedWhileShown.value = false;
      estimateEta = createEtaEstimator();
      void load();
    },
    { immediate: true },
  );
  watch([useStream().gaps, useConnection().reconnects], () => void load());
  onScopeDispose(() => {
    stop.abort();
  });
  const import_ = computed(() => (value.value === null ? null : withColumns(value.value)));
  return { import_, eta, error, ended_here: endedWhileShown };
}
