// One import, live until it ends.
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { useDocumentVisibility } from "@vueuse/core";
import { isTerminal, type Import } from "../../contract/imports.ts";
import { reportLost } from "../kit/use-connection.ts";
import { followImport } from "./follow-import.ts";
import { createPace, type Pace } from "./pace.ts";

export function useImport(id: MaybeRefOrGetter<number>) {
  const value = shallowRef<Import | null>(null);
  const pace = shallowRef<Pace | null>(null);
  const error = ref<Error | null>(null);
  /** Whether the end was seen to come, as against found when the page was opened. */
  const ended_here = ref(false);
  const visibility = useDocumentVisibility();
  const hidden = computed(() => visibility.value === "hidden");
  let stop = new AbortController();

  async function follow(of: number): Promise<void> {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    value.value = pace.value = error.value = null;
    ended_here.value = false;
    const nextPace = createPace();
    const onConnection = (connected: boolean) => {
      if (!connected) reportLost();
    };
    try {
      for await (const state of followImport(of, { signal, hidden, onConnection })) {
        ended_here.value = value.value !== null && isTerminal(state.state);
        pace.value = nextPace(performance.now(), state.fraction, state.rows_per_second);
        value.value = state;
      }
    } catch (reason) {
      if (!signal.aborted) error.value = reason as Error;
    }
  }

  watch(
    () => toValue(id),
    (of) => void follow(of),
    { immediate: true },
  );
  onScopeDispose(() => {
    stop.abort();
  });
  return { import_: value, pace, error, ended_here };
}
