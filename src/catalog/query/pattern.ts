// From the search text to the texts that a product must contain, and from each of them to a pattern that PostgreSQL evaluates.
import { lowerAscii, spellingsOf } from "./case-folding.ts";
import { classOf, type CharacterClass } from "./terms.ts";
import { Problem } from "../../../contract/problems.ts";

/** Bounds the work of one search. */
const MAX_WORDS = 32;

/** The texts that a product must all contain: single words, and quoted texts unmodified. An unclosed quote extends to the end.
 * @throws Problem `invalid-request` for more than MAX_WORDS of them */
export function splitSearch(search: string): string[] {
  const words = new Set<string>();
  for (const [, quoted, word] of search.normalize("NFC").matchAll(/"([^"]*)(?:"|$)|([^\s"]+)/gu)) {
    const text = lowerAscii(quoted ?? word ?? "");
    if (text !== "") words.add(text);
  }
  // A product that contains a longer text contains its parts too.
  const needed = [...words].filter((word) => ![...words].some((other) => other !== word && other.includes(word)));
  if (needed.length > MAX_WORDS) {
    const detail = `The search has ${needed.length} words. Search for at most ${MAX_WORDS} words at once.`;
    throw new Problem("invalid-request", `/querystring/search: ${detail}`, {
      extra: { errors: [{ pointer: "/querystring/search", detail }] },
    });
  }
  return needed;
}

/** A character of a searched text. */
export interface CodePoint {
  /** At least one; several for a letter with case or accents outside ASCII. */
  spellings: readonly string[];
  class: CharacterClass;
}

export const codePointsOf = (text: string): CodePoint[] =>
  Array.from(lowerAscii(text.normalize("NFC")), (point) => ({
    spellings: spellingsOf(point),
    class: classOf(point.codePointAt(0) as number),
  }));

/** Whether every character has one spelling, so that plain comparison finds the text. */
export const isPlain = (points: readonly CodePoint[]): boolean =>
  points.every(({ spellings }) => spellings.length === 1);

/** The text in its first spelling. */
export const textOf = (points: readonly CodePoint[]): string => points.map(({ spellings }) => spellings[0]).join("");

/** Tests whether a text contains another; both lowered by lower(… collate "C"). */
export interface Pattern {
  operator: "like" | "~";
  operand: string;
}

export function patternOf(points: readonly CodePoint[]): Pattern {
  if (isPlain(points)) return { operator: "like", operand: `%${escapeLike(textOf(points))}%` };
  return { operator: "~", operand: regexOf(points) };
}

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** In PostgreSQL's regular expressions (ARE), a backslash makes any character literal that is not a letter or digit. */
export const regexOf = (points: readonly CodePoint[]): string =>
  points
    .map(({ spellings }) => {
      const [first = "", ...others] = spellings.map((spelling) =>
        spelling.replace(/[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]/g, "\\$&"),
      );
      return others.length === 0 ? first : `(?:${[first, ...others].join("|")})`;
    })
    .join("");
