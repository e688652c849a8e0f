// Finds the grams (three neighbouring bytes) that a text has without its accents. Only grams near characters outside ASCII differ from
// those of the text as written, so all other bytes cost next to nothing.
import { foldPoint } from "../../query/accents.ts";
import { classOf } from "../../query/terms.ts";
import { gramBucket, GRAM_BYTES } from "./gram-bucket.ts";

/** Calls `found` with the bucket of each gram that contains a folded character or spans an omitted accent. */
export function eachFoldedGram(texts: Buffer, start: number, end: number, found: (bucket: number) => void): void {
  let first = 0;
  let second = 0;
  /** Number of bytes in the folded text so far, up to GRAM_BYTES - 1. */
  let bytes = 0;
  /** Number of grams after the last change that still contain it. */
  let changed = 0;
  const add = (byte: number): void => {
    if (changed > 0) {
      if (bytes === GRAM_BYTES - 1) found(gramBucket(first, second, byte));
      changed--;
    }
    if (bytes < GRAM_BYTES - 1) bytes++;
    first = second;
    second = byte;
  };
  for (let i = start; i < end;) {
    const byte = texts[i] as number;
    if (byte < 0x80) {
      add(byte);
      i++;
      continue;
    }
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const folded = length === 4 ? undefined : foldedBytes(texts, i, length);
    if (folded === undefined) for (let n = 0; n < length; n++) add(texts[i + n] as number);
    else {
      changed = GRAM_BYTES - 1;
      for (const one of folded) {
        changed = GRAM_BYTES;
        add(one);
      }
    }
    i += length;
  }
}

/** The folded form of each code point of the Basic Multilingual Plane that has occurred; null if it does not differ from the character in
 * lower case. */
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
