// Decides whether a text may be a password (ASVS 5.0, 6.2). There are no rules about kinds of characters.
import { findWeakness } from "./weak-password.ts";
import { MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS } from "../../../contract/identity/identity-rules.ts";
import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

/** Returns the problem if the text cannot be the user's password. */
export async function passwordFault(text: string, user: string): Promise<Problem | undefined> {
  // Count code points: a character outside the basic plane is one character to its user, and two in a string.
  const { length } = Array.from(text);
  if (length < MIN_PASSWORD_CHARACTERS)
    return refused(
      `The password has ${length} characters, but at least ${MIN_PASSWORD_CHARACTERS} are required. Choose a longer one.`,
      because("password-too-short", { min: MIN_PASSWORD_CHARACTERS }),
    );
  if (length > MAX_PASSWORD_CHARACTERS)
    return refused(
      `The password has ${length} characters, but at most ${MAX_PASSWORD_CHARACTERS} are possible. Choose a shorter one.`,
      because("password-too-long", { max: MAX_PASSWORD_CHARACTERS }),
    );
  switch (await findWeakness(text, user)) {
    case "name":
      return refused(
        "The password consists mostly of your user name or of the name of this program. Choose another one.",
        because("password-of-name"),
      );
    case "breached":
      return refused(
        "This password is in a list of stolen passwords, which attackers try first. Choose another one.",
        because("password-breached"),
      );
    case undefined:
      return undefined;
  }
}

const refused = (detail: string, extra: Record<string, unknown>): Problem =>
  new Problem("password-refused", detail, { extra });
