// The current time, updated every second, for countdowns.
import { useIntervalFn } from "@vueuse/core";
import { ref, type Ref } from "vue";

export function useClock(): Ref<number> {
  const now = ref(Date.now());
  useIntervalFn(() => (now.value = Date.now()), 1_000);
  return now;
}
