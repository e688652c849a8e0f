// Leaves the open page, which asks about unsaved work, and ends the session.
import type { Router } from "vue-router";
import { SIGN_OUT_PATH } from "../../server/identity/next-path.ts";

export const signOut = (router: Router): Promise<unknown> =>
  router.push({ path: SIGN_OUT_PATH, state: { sign_out: true } });
