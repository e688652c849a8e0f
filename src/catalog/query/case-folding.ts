// Compares text without regard to case, with the same result on every database, whatever its locale: PostgreSQL lower-cases the letters A
// to Z with lower(… collate "C"), and the search pattern lists every spelling of all other characters.

import { classOf } from "./terms.ts";

/** Returns the same result as PostgreSQL's lower(text collate "C"). */
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Returns the lower case of a code point. A code point outside ASCII stays unchanged if its lower case has several code points (`İ`) or
 * is in ASCII (the Kelvin sign). The trigrams in every existing search index depend on this function, so its results must not change. */
export function lowerPoint(point: string): string {
  const lower = point.toLowerCase();
  if (isAscii(point)) return lower;
  return Array.from(lower).length === 1 && !isAscii(lower) ? lower : point;
}

const isAscii = (text: string): boolean => text.charCodeAt(0) < 0x80;

const SIGMA = "σ";
/** The form of σ at the end of a word. Both forms have the same capital letter Σ, but lower-casing leaves them different. */
const FINAL_SIGMA = "ς";

/** Returns the folded form of a code point. A search treats code points with the same folded form as equal. */
function foldPoint(point: string): string {
  const lower = lowerPoint(point);
  return lower === FINAL_SIGMA ? SIGMA : lower;
}

/** Returns the spellings of a code point that a search must find: upper and lower case, composed and decomposed. A to Z have one spelling
 * only, because the searched text has these letters in lower case. */
export function spellingsOf(point: string): string[] {
  if (isAscii(point)) return [point.toLowerCase()];
  const cached = cachedSpellings.get(point);
  if (cached !== undefined) return cached;
  const found = findSpellings(point);
  // Cache only letters with several spellings. Unicode has a few thousand of them, so the cache cannot grow without limit.
  if (found.length > 1) cachedSpellings.set(point, found);
  return found;
}

const cachedSpellings = new Map<string, string[]>();

function findSpellings(point: string): string[] {
  const folded = foldPoint(point);
  const spellings = new Set<string>();
  for (const composed of [folded, ...(variants().get(folded) ?? [])]) {
    spellings.add(composed);
    const decomposed = lowerAscii(composed.normalize("NFD"));
    // Add the decomposed form only if the index keeps it in one word. The index splits it if the character is a word by itself or if its
    // accent is a separator.
    if (classOf(composed.codePointAt(0) as number) === "run" && isRun(decomposed)) spellings.add(decomposed);
  }
  return [...spellings];
}

const isRun = (text: string): boolean =>
  Array.from(text).every((point) => classOf(point.codePointAt(0) as number) === "run");

let variantsOfFolded: Map<string, string[]> | undefined;

/** Returns a map from each folded code point to the other code points with this folded form. The map is built on first use, which takes
 * about 20 ms. */
function variants(): Map<string, string[]> {
  if (variantsOfFolded !== undefined) return variantsOfFolded;
  variantsOfFolded = new Map();
  // Unicode has no cased letter after U+1E943.
  for (let code = 0x80; code < 0x1e944; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const point = String.fromCodePoint(code);
    const folded = foldPoint(point);
    if (folded !== point) variantsOfFolded.set(folded, [...(variantsOfFolded.get(folded) ?? []), point]);
  }
  return variantsOfFolded;
}
