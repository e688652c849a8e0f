// Compares text without regard to accents: `creme` finds `Crème`, `CRÈME` and decomposed spellings. A letter outside ASCII is folded to its
// base letter. The trigrams in every existing search index depend on these functions, so their results must not change.

import { lowerAscii, lowerPoint, spellingsOf } from "./case-folding.ts";
import { classOf } from "./terms.ts";

/** The combining diacritical marks U+0300 to U+036F: the accents that are ignored. */
export const MARKS = "\u0300-\u036f";
const ALL_MARKS = new RegExp(`[${MARKS}]`, "g");
export const isMark = (point: string): boolean => point >= "\u0300" && point <= "\u036f" && point.length === 1;

/** Letters that Unicode does not decompose, each with the letters that commonly replace it. σ has two lower-case forms. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ħ: "h",
  ŧ: "t",
  ı: "i",
  ſ: "s",
  ς: "σ",
};

/** Returns the folded form of a code point: its base letter in lower case, two letters for `ß`, `æ` and `œ`, or nothing for an accent. A
 * character that consists of more than a base letter and accents, such as a Hangul syllable, is only lower-cased. */
export function foldPoint(point: string): string {
  if (point < "\x80") return point.toLowerCase();
  if (isMark(point)) return "";
  if (isSingle(point)) return lowerPoint(point);
  const base = lowerAscii(lowerPoint(point).normalize("NFD")).replace(ALL_MARKS, "");
  // If the base character is a separator, such as `<` in `≮`, folding would split the word that contains the character. Convert such a
  // character to lower case only.
  if (Array.from(base).length !== 1 || !isRun(base)) return lowerPoint(point);
  return UNDECOMPOSED[base] ?? base;
}

export const foldText = (text: string): string => Array.from(text, foldPoint).join("");

const classOfPoint = (point: string) => classOf(point.codePointAt(0) as number);
const isSingle = (point: string): boolean => classOfPoint(point) === "single";
const isRun = (point: string): boolean => classOfPoint(point) === "run";

/** Whether a search ignores accents after the character. Accents are ignored after letters, but not after digits, separators, and
 * characters of scripts without spaces: after these, the index treats an accent as the beginning of a word. */
export const ignoresMarks = (point: string): boolean => isRun(point) && !(point >= "0" && point <= "9");

/** Returns all spellings that fold to this character. The texts to be searched have A to Z in lower case, so these letters have no
 * upper-case spelling. Accents after the character are not part of a spelling. */
export function foldedSpellings(folded: string): string[] {
  if (isSingle(folded)) return spellingsOf(folded);
  return [...new Set([folded, ...lettersOf(folded), ...spellingsOf(folded)])];
}

let lettersOfFolded: Map<string, string[]> | undefined;

/** Returns the letters outside ASCII that `foldPoint` folds to this text, which may have two letters. The map is built on first use, which
 * takes about 20 ms. */
export function lettersOf(folded: string): readonly string[] {
  if (lettersOfFolded === undefined) {
    lettersOfFolded = new Map();
    for (let code = 0x80; code < 0x10000; code++) {
      if (classOf(code) !== "run" || (code >= 0xd800 && code < 0xe000)) continue;
      const point = String.fromCodePoint(code);
      const base = foldPoint(point);
      if (base !== point && base !== "") lettersOfFolded.set(base, [...(lettersOfFolded.get(base) ?? []), point]);
    }
  }
  return lettersOfFolded.get(folded) ?? [];
}
