import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

/** The problem of everything that only makes sense with passwords, on a server whose users sign in with single sign-on only. */
export const passwordsOff = (): Problem =>
  new Problem("not-permitted", "Passwords are switched off on this server. Use single sign-on.", {
    extra: because("passwords-off"),
  });
