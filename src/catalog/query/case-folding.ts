// Upper and lower case as the search sees it, the same for every database: the letters A to Z are lowered by PostgreSQL's
// lower(… collate "C"), all others by the pattern, which names every way to write them. No locale of a server has a say.

import { classOf } from "./terms.ts";

/** What lower(text collate "C") makes of a text. */
export const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Lower case of one code point, where that is one code point again: `İ` and the Kelvin sign stay what they are. */
export function foldPoint(point: string): string {
  const lower = point.toLowerCase();
  if (isAscii(point)) return lower;
  return Array.from(lower).length === 1 && !isAscii(lower) ? lower : point;
}

const isAscii = (text: string): boolean => text.charCodeAt(0) < 0x80;

/** All ways to write a code point in a text whose letters A to Z are lowered: both cases, composed and decomposed. */
export function spellingsOf(point: string): string[] {
  if (isAscii(point)) return [point.toLowerCase()];
  const folded = foldPoint(point);
  const spellings = new Set<string>();
  for (const composed of [folded, ...(upperCases().get(folded) ?? [])]) {
    spellings.add(composed);
    const decomposed = lowerAscii(composed.normalize("NFD"));
    // A single character of its own, or one that stands on a sign between words, would be cut otherwise than in one piece.
    if (classOf(composed.codePointAt(0) as number) === "run" && isRun(decomposed)) spellings.add(decomposed);
  }
  return [...spellings];
}

const isRun = (text: string): boolean =>
  Array.from(text).every((point) => classOf(point.codePointAt(0) as number) === "run");

let upperForms: Map<string, string[]> | undefined;

/** From a folded code point to the others that fold to it. Made when first needed, in some 20 ms. */
function upperCases(): Map<string, string[]> {
  if (upperForms !== undefined) return upperForms;
  upperForms = new Map();
  // No letter with case lies behind U+1E943.
  for (let code = 0x80; code < 0x1e944; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const point = String.fromCodePoint(code);
    const folded = foldPoint(point);
    if (folded !== point) upperForms.set(folded, [...(upperForms.get(folded) ?? []), point]);
  }
  return upperForms;
}
