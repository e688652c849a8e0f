// The words and terms of the search index. How a text is split into words depends only on its code units, so the index and a query split
// every text in the same way.

/** The class of a character determines how text is split into words. Letters and digits form runs ("run"); all other ASCII characters
 * separate words ("between"). In scripts written without spaces, each character is a word ("single"). */
export type CharacterClass = "between" | "run" | "single";

export function classOf(code: number): CharacterClass {
  if (code < 0x80) {
    const isWord = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
    return isWord ? "run" : "between";
  }
  if (code < 0x2e80) return "run";
  // The ranges of code points whose characters are each a word by themselves: Han, Kana, Yi, Hangul, Han compatibility characters, and
  // everything beyond the Basic Multilingual Plane.
  const isSingle =
    code <= 0xa4cf || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) || code > 0xffff;
  return isSingle ? "single" : "run";
}

/** Maximum length of an indexed word in code units. The index splits a longer sequence of letters and digits into pieces of this length.
 * Each piece overlaps the next one by half. */
export const LONGEST_WORD = 48;
/** Half of LONGEST_WORD. If the index splits a long word into overlapping pieces, any part of the word with at most this many code units
 * lies completely within one piece. */
export const LONGEST_PART = 24;

/** Hashes UTF-16 code units with FNV-1a (https://www.rfc-editor.org/rfc/rfc9923). A final mix makes every bit depend on all input. */
export function hashUnits(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

export const hashWord = (word: string): number => hashUnits(word, 0, word.length);

/** Mixes the bits of a hash with the finalizer of MurmurHash3. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

/** The term of inactive products. Like all terms that are not words, it is the hash of a string that begins with U+0001, which no word
 * contains. */
export const inactiveTerm = (): number => hashWord("\u0001inactive");
export const attributeTerm = (name: string): number => hashWord(`\u0001attribute\u0001${name}`);
export const attributeValueTerm = (name: string, value: string): number =>
  hashWord(`\u0001value\u0001${name}\u0001${value}`);
/** The term of products in which the attribute is a list. */
export const listTerm = (name: string): number => hashWord(`\u0001list\u0001${name}`);
export const otherValueTerm = (name: string): number => hashWord(`\u0001other value\u0001${name}`);
export const parentTerm = (parentKey: string): number => hashWord(`\u0001parent\u0001${parentKey}`);
export const createdInTerm = (changesetId: number): number => hashWord(`\u0001created_in\u0001${changesetId}`);
export const changedInTerm = (changesetId: number): number => hashWord(`\u0001changed_in\u0001${changesetId}`);
/** Returns the name under which the table of words stores the product count of a term that is not a word. */
export const wordOfTerm = (term: number): string => `\u0001${term}`;
