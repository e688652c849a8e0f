// Decides whether a text may be a password (ASVS 5.0, 6.2). There are no rules about kinds of characters.
import { isBreached } from "./breached.ts";
import {
  MAX_PASSWORD_CHARACTERS,
  MIN_PASSWORD_CHARACTERS,
} from "../../../contract/identity/identity-rules.ts";
import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";

/** Words that a password must not merely consist of, besides the name of the user. */
const CONTEXT_WORDS = ["skuport"];

/** Returns the problem if the text cannot be the user's password. */
export async function passwordFault(text: string, user: string): Promise<Problem | undefined> {
  // Count code points: an emoji is one character to its user.
  const { length } = Array.from(text.normalize("NFC"));
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
  if ([user, ...CONTEXT_WORDS].some((word) => consistsOf(text, word)))
    return refused(
      "The password consists of your user name or of the name of this program. Choose another one.",
      because("password-of-name"),
    );
  if (await isBreached(text))
    return refused(
      "This password occurs in lists of stolen passwords, which attackers try first. Choose another one.",
      because("password-breached"),
    );
  return undefined;
}

const refused = (detail: string, extra: Record<string, unknown>): Problem =>
  new Problem("password-refused", detail, { extra });

/** Whether the text is the word, repeated or with digits and punctuation around it. */
function consistsOf(text: string, word: string): boolean {
  const letters = text.toLowerCase().replace(/[^\p{L}]/gu, "");
  const compared = word.toLowerCase().replace(/[^\p{L}]/gu, "");
  return compared !== "" && letters !== "" && letters.replaceAll(compared, "") === "";
}
