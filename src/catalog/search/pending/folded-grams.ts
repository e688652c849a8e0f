// Finds the trigrams (three neighbouring bytes) that a text has without its accents. Only trigrams near characters outside ASCII differ
// from the trigrams of the text with accents, so all other bytes are skipped at almost no cost.
import { foldPoint } from "../../query/accents.ts";
import { classOf } from "../../query/terms.ts";
import { gramBucket, GRAM_BYTES } from "./gram-bucket.ts";

/** Where the trigrams of one product are stored. `all` contains one bitmap per bucket (a group of trigrams with the same hash), each
 * `words` integers long. In each bitmap, the product's bit is `bit` in integer number `word`. */
export interface GramBits {
  all: Uint32Array;
  words: number;
  word: number;
  bit: number;
}

/** Sets the bits of the trigrams that the text in bytes [start, end) has only after folding. These trigrams contain a folded character,
 * or bytes that an accent separated before folding. */
export function setFoldedGrams(texts: Buffer, start: number, end: number, { all, words, word, bit }: GramBits): void {
  // `first` and `second` are the two bytes of the folded text before the current byte. They are -1 until that many bytes have been read.
  let first = -1;
  let second = -1;
  /** How many of the next bytes of the folded text complete a trigram that the unfolded text does not have. */
  let changed = 0;
  let i = start;
  while (i < end) {
    if (changed === 0) {
      const skipped = skipAscii(texts, i, end);
      if (skipped === end) return;
      if (skipped > i) {
        first = skipped - i > 1 ? (texts[skipped - 2] as number) : second;
        second = texts[skipped - 1] as number;
      }
      i = skipped;
    }
    const length = lengthOf(texts[i] as number);
    const folded = length === 2 || length === 3 ? foldedBytes(texts, i, length) : undefined;
    if (folded !== undefined) changed = folded.length === 0 ? GRAM_BYTES - 1 : folded.length + GRAM_BYTES - 1;
    const bytes = folded ?? texts;
    const from = folded === undefined ? i : 0;
    const to = folded === undefined ? i + length : folded.length;
    for (let n = from; n < to; n++) {
      const third = bytes[n] as number;
      if (changed > 0) {
        changed--;
        if (first >= 0) {
          const at = gramBucket(first, second, third) * words + word;
          all[at] = (all[at] as number) | bit;
        }
      }
      first = second;
      second = third;
    }
    i += length;
  }
}

function skipAscii(texts: Buffer, start: number, end: number): number {
  let i = start;
  while (i < end && (texts[i] as number) < 0x80) i++;
  return i;
}

/** Returns the number of bytes of the UTF-8 character that begins with this byte. */
const lengthOf = (byte: number): number => (byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4);

/** Caches the folded form by code point of the Basic Multilingual Plane. The value is null if folding only lower-cases the character, and
 * undefined if the code point has not been looked up yet. */
const cache = new Array<Uint8Array | null | undefined>(0x10000);

/** Returns the folded form of a character in UTF-8, or undefined if folding does not change it. */
function foldedBytes(texts: Buffer, at: number, length: 2 | 3): Uint8Array | undefined {
  const [first, second] = [texts[at] as number, texts[at + 1] as number];
  const code =
    length === 2
      ? ((first & 0x1f) << 6) | (second & 0x3f)
      : ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | ((texts[at + 2] as number) & 0x3f);
  let folded = cache[code];
  if (folded === undefined) {
    const point = String.fromCodePoint(code);
    const form = classOf(code) === "run" ? foldPoint(point) : point;
    folded = form === point ? null : Buffer.from(form);
    cache[code] = folded;
  }
  return folded ?? undefined;
}
