// The rules of a new password that the page checks itself. The server checks all rules.
import { MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS } from "../../../contract/identity/identity-rules.ts";
import { t, tn } from "../../texts/t.ts";

/** @returns what is wrong with the length of the password; undefined if nothing is */
export function lengthFault(password: string): string | undefined {
  const characters = Array.from(password).length;
  if (characters === 0) return t("ui.password.missing");
  if (characters < MIN_PASSWORD_CHARACTERS) return tn("ui.password.short", MIN_PASSWORD_CHARACTERS);
  return characters > MAX_PASSWORD_CHARACTERS ? tn("ui.password.long", MAX_PASSWORD_CHARACTERS) : undefined;
}

export const newPasswordHelp = (): string =>
  t("ui.password.help", { min: MIN_PASSWORD_CHARACTERS, max: MAX_PASSWORD_CHARACTERS });
