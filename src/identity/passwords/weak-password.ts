// Refuses passwords that are easy to guess.
import { MIN_PASSWORD_CHARACTERS } from "../../../contract/identity/identity-rules.ts";
import { foldPassword, isBreached } from "./breached.ts";

/** Words that attackers try at every installation of Skuport (ASVS 6.1.2). */
const PRODUCT_WORDS = ["skuport"];
/** Shorter parts of names occur in many passwords by chance. */
const MIN_WORD_CHARACTERS = 3;

/** - `breached`: the list of breached passwords contains the password, or the rest of the password after the user's name and the name of
 *   the product are removed from it.
 * - `name`: after the user's name and the name of the product are removed from it, the password is too short. */
export type Weakness = "breached" | "name";

/** Finds the reason why a password of sufficient length is easy to guess. The user's name, its parts and the name of the product do not
 * count: the password must be good enough without them (ASVS 6.2.11).
 * @returns undefined if the password can be used */
export async function findWeakness(password: string, userName: string): Promise<Weakness | undefined> {
  if (await isBreached(password)) return "breached";
  const rest = withoutWords(foldPassword(password), wordsOf(userName));
  if (rest === undefined) return undefined;
  if (Array.from(rest).length < MIN_PASSWORD_CHARACTERS) return "name";
  return (await isBreached(rest)) ? "breached" : undefined;
}

/** Returns the name and its parts, such as the parts of an e-mail address, longest first. */
function wordsOf(userName: string): string[] {
  const name = foldPassword(userName.trim());
  const parts = name.split(/[^\p{L}\p{N}]+/u);
  const words = [...PRODUCT_WORDS, name, ...parts].filter((word) => Array.from(word).length >= MIN_WORD_CHARACTERS);
  return [...new Set(words)].sort((a, b) => b.length - a.length);
}

/** @returns undefined if the text contains none of the words */
function withoutWords(text: string, words: readonly string[]): string | undefined {
  const rest = words.reduce((remaining, word) => remaining.replaceAll(word, ""), text);
  return rest === text ? undefined : rest;
}
