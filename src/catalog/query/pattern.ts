// Splits a search into words and phrases that a product must contain, and converts each of them to a pattern that PostgreSQL evaluates.
import { lowerAscii, spellingsOf } from "./case-folding.ts";
import { classOf, type CharacterClass } from "./terms.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of words and phrases in one search, to limit its cost. */
const MAX_WORDS = 32;

/** Returns the single words and the quoted phrases of a search. A product must contain all of them. A quote that is not closed extends to
 * the end of the search.
 * @throws Problem `invalid-request` if there are more than MAX_WORDS words and phrases */
export function splitSearch(search: string): string[] {
  const words = new Set<string>();
  for (const [, quoted, word] of search.normalize("NFC").matchAll(/"([^"]*)(?:"|$)|([^\s"]+)/gu)) {
    const text = lowerAscii(quoted ?? word ?? "");
    if (text !== "") words.add(text);
  }
  // Omit words that are part of a longer word or phrase, because a product that contains the longer one also contains the word.
  const needed = [...words].filter((word) => ![...words].some((other) => other !== word && other.includes(word)));
  if (needed.length > MAX_WORDS) {
    const detail = `The search has ${needed.length} words. Search for at most ${MAX_WORDS} words.`;
    throw new Problem("invalid-request", `/querystring/search: ${detail}`, {
      extra: { errors: [{ pointer: "/querystring/search", detail }] },
    });
  }
  return needed;
}

/** A character of a search text. */
export interface CodePoint {
  /** The spellings of the character: at least one, and several for a letter outside ASCII that has case or accents. */
  spellings: readonly string[];
  class: CharacterClass;
}

export const codePointsOf = (text: string): CodePoint[] =>
  Array.from(lowerAscii(text.normalize("NFC")), (point) => ({
    spellings: spellingsOf(point),
    class: classOf(point.codePointAt(0) as number),
  }));

/** Whether every character has only one spelling, so that a plain comparison finds the text. */
export const isPlain = (points: readonly CodePoint[]): boolean =>
  points.every(({ spellings }) => spellings.length === 1);

/** Returns the text with the first spelling of each character. */
export const textOf = (points: readonly CodePoint[]): string => points.map(({ spellings }) => spellings[0]).join("");

/** An SQL operator and operand that test whether a text contains the search text. Both texts are lower-cased by lower(… collate "C"). */
export interface Pattern {
  operator: "like" | "~";
  operand: string;
}

export function patternOf(points: readonly CodePoint[]): Pattern {
  if (isPlain(points)) return { operator: "like", operand: `%${escapeLike(textOf(points))}%` };
  return { operator: "~", operand: regexOf(points) };
}

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** Returns a PostgreSQL regular expression (ARE) that matches the text. In such an expression, a backslash makes the next character literal,
 * unless that character is a letter or digit. */
export const regexOf = (points: readonly CodePoint[]): string =>
  points
    .map(({ spellings }) => {
      const [first = "", ...others] = spellings.map((spelling) =>
        spelling.replace(/[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]/g, "\\$&"),
      );
      return others.length === 0 ? first : `(?:${[first, ...others].join("|")})`;
    })
    .join("");
