// Recognizes texts with characters that look like other characters: letters of two scripts in one word, full-width forms, special
// hyphens and invisible characters. SKUs that differ only in such characters look the same, but belong to different products.

/** Cyrillic and Greek letters, and the Latin letters that they look like. */
const PAIRS =
  "аa еe оo рp сc уy хx іi јj ѕs ԁd һh ԛq ԝw кk мm тt вb нh гr пn АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS " +
  "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX οo νv αa ιi κk ρp υu χx τt ηn";
const LATIN = new Map(PAIRS.split(" ").map((pair) => [pair.charAt(0), pair.charAt(1)]));

const INVISIBLE = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g;
const HYPHENS = /[\u2010-\u2015\u2212]/g;
const SPACES = /[\u00a0\u2000-\u200a\u202f\u3000]/g;
const FULL_WIDTH = /[\uff01-\uff5e]/;
const LATIN_LETTER = /\p{Script=Latin}/u;
const SIMILAR_LETTER = new RegExp(`[${[...LATIN.keys()].join("")}]`, "u");
const OTHER_LETTER = /[\p{Script=Cyrillic}\p{Script=Greek}]/gu;

/** Whether a reader can confuse the text with another one: it mixes letters of two scripts that look alike, or contains characters that are
 * invisible or look like those of the keyboard. */
export function isConfusing(text: string): boolean {
  if (FULL_WIDTH.test(text) || text.search(INVISIBLE) >= 0 || text.search(HYPHENS) >= 0) return true;
  const trimmed = text.trim();
  if (trimmed.search(SPACES) >= 0) return true;
  return mixesScripts(text);
}

/** Whether the text contains Latin letters, and letters of another script that look like Latin letters. */
export const mixesScripts = (text: string): boolean => SIMILAR_LETTER.test(text) && LATIN_LETTER.test(text);

/** Returns the text in Latin letters that looks like `text`, or undefined if some letters do not look like any Latin letter. */
export function latinForm(text: string): string | undefined {
  const latin = text
    .replace(INVISIBLE, "")
    .replace(HYPHENS, "-")
    .replace(SPACES, " ")
    .normalize("NFKC")
    .replace(OTHER_LETTER, (letter) => LATIN.get(letter) ?? letter);
  return latin.search(OTHER_LETTER) >= 0 || latin === text ? undefined : latin.toLowerCase();
}
