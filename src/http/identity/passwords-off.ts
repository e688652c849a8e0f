import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

export const passwordsOff = (): Problem =>
  new Problem("not-permitted", "Passwords are switched off on this server. Use single sign-on.", {
    extra: because("passwords-off"),
  });
