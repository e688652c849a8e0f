// The state of a request that the user starts with a button or a form.
import { computed, ref, shallowRef, type ComputedRef, type Ref } from "vue";
import { errorText } from "./problem-words.ts";

export interface UserRequest {
  /** Whether the request is running. */
  busy: Ref<boolean>;
  /** Why the last request failed; null if it did not. */
  fault: Ref<unknown>;
  /** The text of `fault` in the language of the page; empty without a fault. */
  fault_text: ComputedRef<string>;
  /** Runs the action, unless another one is running.
   * @returns whether the action has run and succeeded */
  run: (action: () => Promise<unknown>) => Promise<boolean>;
}

/** @param onFault called with the error of a failed request, such as `toastError` if the component does not show `fault` */
export function useRequest(onFault?: (error: unknown) => void): UserRequest {
  const busy = ref(false);
  const fault = shallowRef<unknown>(null);
  const faultText = computed(() => (fault.value === null ? "" : errorText(fault.value)));

  async function run(action: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    fault.value = null;
    try {
      await action();
      return true;
    } catch (error) {
      fault.value = error;
      onFault?.(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, fault, fault_text: faultText, run };
}
