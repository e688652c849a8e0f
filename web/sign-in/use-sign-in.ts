// Sends a sign-in, and asks for the code of the authenticator app if the server wants it.
import { ref, shallowRef } from "vue";
import { Problem } from "../../contract/problems.ts";
import type { Identity } from "../../contract/identity/sign-in.ts";

/** @param send sends the sign-in with what is given, at first without a code
 * @param onSignedIn called after a successful sign-in; `busy` stays true, because another page is being loaded */
export function useSignIn(send: (given: { code?: string }) => Promise<Identity>, onSignedIn: () => void) {
  const code = ref("");
  const asksCode = ref(false);
  const fault = shallowRef<unknown>(null);
  const busy = ref(false);

  async function submit(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    fault.value = null;
    try {
      await send(code.value.trim() === "" ? {} : { code: code.value.trim() });
      onSignedIn();
    } catch (error) {
      busy.value = false;
      const isFirst = !asksCode.value;
      if (error instanceof Problem && error.slug === "code-required") asksCode.value = true;
      // The first request has no code: the field that appears now explains enough.
      if (!(isFirst && asksCode.value)) fault.value = error;
      // A code that was refused is not used again.
      if (asksCode.value) code.value = "";
    }
  }
  return { code, asks_code: asksCode, fault, busy, submit };
}
