// One import, live until it ends.
import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { get_import, isTerminal, type Import } from "../../contract/imports.ts";
import { publish, useLive, useStream } from "../kit/live.ts";
import { ask, useConnection } from "../kit/use-connection.ts";
import { createPace, type Pace } from "./pace.ts";

export function useImport(id: MaybeRefOrGetter<number>) {
  const value = shallowRef<Import | null>(null);
  const pace = shallowRef<Pace | null>(null);
  const error = ref<Error | null>(null);
  /** Whether the end was seen to come, as against found when the page was opened. */
  const ended_here = ref(false);
  let nextPace = createPace();
  let stop = new AbortController();

  useLive("import", (state) => {
    if (state.id !== toValue(id) || (value.value !== null && state.version <= value.value.version)) return;
    ended_here.value ||= value.value !== null && !isTerminal(value.value.state) && isTerminal(state.state);
    pace.value = nextPace(performance.now(), state.fraction, state.rows_per_second);
    value.value = state;
  });

  async function load(): Promise<void> {
    const { signal } = stop;
    try {
      publish("import", await ask(get_import, { params: { id: toValue(id) } }, { signal }));
      if (!signal.aborted) error.value = null;
    } catch (reason) {
      // A server that is away is said by the banner; what was loaded stays.
      if (!signal.aborted && value.value === null) error.value = reason as Error;
    }
  }

  watch(
    () => toValue(id),
    () => {
      stop.abort();
      stop = new AbortController();
      value.value = pace.value = error.value = null;
      ended_here.value = false;
      nextPace = createPace();
      void load();
    },
    { immediate: true },
  );
  watch([useStream().gaps, useConnection().comebacks], () => void load());
  onScopeDispose(() => {
    stop.abort();
  });
  return { import_: value, pace, error, ended_here };
}
