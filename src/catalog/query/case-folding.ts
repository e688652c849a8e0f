// Case-insensitive comparison that is the same on every database, whatever its locale: PostgreSQL lowers the letters A to Z with
// lower(… collate "C"), and the pattern lists every spelling of all other characters.

import { classOf } from "./terms.ts";

/** The result of PostgreSQL's lower(text collate "C"). */
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** The lower case of one code point, if that is one code point too: `İ` and the Kelvin sign stay unchanged. The grams of every
 * stored index depend on this function, so its results must not change. */
export function lowerPoint(point: string): string {
  const lower = point.toLowerCase();
  if (isAscii(point)) return lower;
  return Array.from(lower).length === 1 && !isAscii(lower) ? lower : point;
}

const isAscii = (text: string): boolean => text.charCodeAt(0) < 0x80;

const SIGMA = "σ";
/** The form of σ at the end of a word. Both have the capital Σ, so lower case alone would keep them apart. */
const FINAL_SIGMA = "ς";

/** Code points that a search treats as the same have the same folded form. */
function foldPoint(point: string): string {
  const lower = lowerPoint(point);
  return lower === FINAL_SIGMA ? SIGMA : lower;
}

/** All spellings of a code point in a text whose letters A to Z are lowered: both cases, composed and decomposed. */
export function spellingsOf(point: string): string[] {
  if (isAscii(point)) return [point.toLowerCase()];
  const cached = cachedSpellings.get(point);
  if (cached !== undefined) return cached;
  const found = findSpellings(point);
  // Only letters with several spellings, of which Unicode has a few thousand, so the cache cannot grow without limit.
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
    // A single-character word, or a character whose accent separates words, would be split differently when decomposed.
    if (classOf(composed.codePointAt(0) as number) === "run" && isRun(decomposed)) spellings.add(decomposed);
  }
  return [...spellings];
}

const isRun = (text: string): boolean =>
  Array.from(text).every((point) => classOf(point.codePointAt(0) as number) === "run");

let variantsOfFolded: Map<string, string[]> | undefined;

/** From a folded code point to the other code points that fold to it. Built on first use, in about 20 ms. */
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
