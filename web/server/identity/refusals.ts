// Handles requests that the server refuses because of the sign-in: opens the sign-in page, or asks the user to confirm their
// identity. `ask` calls `resolveRefusal`; code that sends requests without `ask` calls it too.
import { ref, shallowRef } from "vue";
import { Problem } from "../../../contract/problems.ts";
import { endedPath, isBarePath, SIGN_IN_PATH } from "./next-path.ts";

/** Whether the server has reported that this page has no valid session. */
export const isSignedOut = ref(false);
/** Whether the server has reported that the user must set up an authenticator app before anything else. */
export const needsSecondFactor = ref(false);
/** The open question who is using this session; the root component shows it. */
export const openConfirmation = shallowRef<{ answer: (confirmed: boolean) => void } | null>(null);

let confirmation: Promise<boolean> | undefined;

/** @returns whether the request can be repeated now */
export async function resolveRefusal(error: unknown): Promise<boolean> {
  if (!(error instanceof Problem)) return false;
  switch (error.slug) {
    case "sign-in-required":
      openSignIn();
      return false;
    case "second-factor-required":
      needsSecondFactor.value = true;
      return false;
    case "recent-sign-in-required":
      // Several requests may be refused at the same time; one answer is enough for all of them.
      confirmation ??= askForConfirmation().finally(() => (confirmation = undefined));
      return confirmation;
    default:
      return false;
  }
}

/** Opens the sign-in page, which reports the end of the session and returns to the current address. If the page has unsaved work, the browser asks first. If the user stays, a
 * banner offers the sign-in page in another tab. */
function openSignIn(): void {
  if (isSignedOut.value) return;
  isSignedOut.value = true;
  const { pathname, search, hash } = location;
  // On the sign-out page, the end of the session is expected.
  location.assign(isBarePath(pathname) ? SIGN_IN_PATH : endedPath(`${pathname}${search}${hash}`));
}

function askForConfirmation(): Promise<boolean> {
  return new Promise((resolve) => {
    openConfirmation.value = {
      answer: (confirmed) => {
        openConfirmation.value = null;
        resolve(confirmed);
      },
    };
  });
}
