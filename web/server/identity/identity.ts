// The user who is signed in, and the permissions of the user's role. Components leave out controls that `can` does not allow; the
// server refuses such requests in any case.
import { readonly, ref, shallowReadonly, shallowRef, watch } from "vue";
import { useDocumentVisibility } from "@vueuse/core";
import { includesRole, type Role } from "../../../contract/identity/identity-rules.ts";
import { get_identity, type Identity } from "../../../contract/identity/sign-in.ts";
import { ask, useConnection } from "../use-connection.ts";
import { isSignedOut, needsSecondFactor } from "./refusals.ts";

const identity = shallowRef<Identity | null>(null);
/** Whether the first request for the identity has ended, successfully or not. */
const isKnown = ref(false);

/** Whether the signed-in user has the role. Unknown users, such as while the server is unreachable, have no role. */
export const can = (required: Role): boolean => identity.value !== null && includesRole(identity.value.role, required);

/** `identity`: the signed-in user; null until the server has answered. `signed_out`: the session has ended. `needs_second_factor`: the user can
 * do nothing else until an authenticator app is set up. */
export const useIdentity = () => ({
  identity: shallowReadonly(identity),
  is_known: readonly(isKnown),
  signed_out: readonly(isSignedOut),
  needs_second_factor: readonly(needsSecondFactor),
  can,
});

/** Asks the server who is signed in. Without a session, `ask` opens the sign-in page. */
export async function loadIdentity(): Promise<void> {
  try {
    showIdentity(await ask(get_identity, {}));
  } catch {
    // The sign-in page is being opened, or a banner reports that the server is unreachable. `followIdentity` tries again.
  } finally {
    isKnown.value = true;
  }
}

/** Stores what the server has returned about the user, for example after a confirmation of the sign-in. If it is another user than
 * before, loads the page again, because the page shows data of the earlier user. */
export function showIdentity(now: Identity): void {
  const before = identity.value;
  if (before !== null && before.user !== now.user) {
    location.reload();
    return;
  }
  identity.value = now;
  needsSecondFactor.value ||= now.must_add_second_factor;
  isSignedOut.value = false;
}

/** Keeps the identity up to date: after a lost connection, and when the user returns after signing in again in another tab. `web/shell` calls
 * it once. */
export function followIdentity(): void {
  watch(useConnection().reconnects, () => void loadIdentity());
  watch(useDocumentVisibility(), (now) => {
    if (now === "visible" && isSignedOut.value) void loadIdentity();
  });
}
