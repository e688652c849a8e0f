// The characters of a search text, each with its spellings.
import { foldedSpellings, foldPoint, ignoresMarks, isMark } from "./accents.ts";
import { lowerAscii, spellingsOf } from "./case-folding.ts";
import { classOf, type CharacterClass } from "./terms.ts";

/** A character of a search text. */
export interface CodePoint {
  /** The spellings of the character: at least one, and several for a letter outside ASCII that has case or accents. In a search that ignores
   * accents, the first spelling is the base letter. */
  spellings: readonly string[];
  class: CharacterClass;
  /** If set, any number of accents may follow the character in a matching text. */
  ignores_marks?: true;
}

export type Accents = "exact" | "ignore";

export const codePointsOf = (text: string, accents: Accents = "exact"): CodePoint[] =>
  accents === "ignore" ? foldedPointsOf(text) : exactPointsOf(text);

const exactPointsOf = (text: string): CodePoint[] =>
  Array.from(lowerAscii(text.normalize("NFC")), (point) => ({
    spellings: spellingsOf(point),
    class: classOf(point.codePointAt(0) as number),
  }));

function foldedPointsOf(text: string): CodePoint[] {
  const points: CodePoint[] = [];
  for (const given of text.normalize("NFC")) {
    // An accent after a letter is ignored. An accent after any other character is kept, because the index treats it as the beginning of a
    // word.
    const isLetter = isMark(given) && points.at(-1)?.ignores_marks !== true;
    for (const point of isLetter ? given : foldPoint(given)) {
      points.push({
        spellings: foldedSpellings(point),
        class: classOf(point.codePointAt(0) as number),
        ...(ignoresMarks(point) ? { ignores_marks: true } : {}),
      });
    }
  }
  return points;
}

/** Whether every character has only one spelling, so that a plain comparison finds the text. */
export const isPlain = (points: readonly CodePoint[]): boolean =>
  points.every(({ spellings, ignores_marks }) => spellings.length === 1 && ignores_marks !== true);

/** Returns the text with each character in its first spelling: in lower case, and without accents if the search ignores accents. */
export const textOf = (points: readonly CodePoint[]): string => points.map(({ spellings }) => spellings[0]).join("");

export const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** Whether the search ignores accents. */
export const isFolded = (points: readonly CodePoint[]): boolean =>
  points.some(({ ignores_marks }) => ignores_marks === true);
