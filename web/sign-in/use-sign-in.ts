// Sends a sign-in, and asks for the code of the authenticator app if the server wants it.
import { computed, ref } from "vue";
import { Problem } from "../../contract/problems.ts";
import type { Identity } from "../../contract/identity/sign-in.ts";
import { useRequest } from "../server/use-request.ts";

/** @param send sends the sign-in with what is given, at first without a code
 * @param onSignedIn called after a successful sign-in; `busy` stays true, because another page is being loaded */
export function useSignIn(send: (given: { code?: string }) => Promise<Identity>, onSignedIn: () => void) {
  const code = ref("");
  const asksCode = ref(false);
  const isSignedIn = ref(false);
  const { busy, fault, run } = useRequest();

  async function submit(): Promise<void> {
    if (isSignedIn.value) return;
    const isFirst = !asksCode.value;
    isSignedIn.value = await run(() => send(code.value.trim() === "" ? {} : { code: code.value.trim() }));
    if (isSignedIn.value) onSignedIn();
    if (fault.value === null) return;
    if (fault.value instanceof Problem && fault.value.slug === "code-required") asksCode.value = true;
    // The first request contains no code. The refusal only makes the field for the code appear, so it is not shown as an error.
    if (isFirst && asksCode.value) fault.value = null;
    // A code that was refused is not used again.
    if (asksCode.value) code.value = "";
  }
  return { code, asks_code: asksCode, fault, busy: computed(() => busy.value || isSignedIn.value), submit };
}
