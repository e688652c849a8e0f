// Detects the encoding of a file from its head: UTF-8, UTF-16 in either byte order, or windows-1252, which is the fallback for any
// other encoding.
import { isUtf8 } from "node:buffer";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { CR, LF } from "../field-end.ts";

type Encoding = Dialect["encoding"];

/** @param whole whether `head` is the whole file. If it is, an incomplete character at its end is an error */
export function detectEncoding(head: Buffer, whole: boolean): Encoding {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const utf16 = detectUtf16(head);
  if (utf16 !== null) return utf16;
  const text = whole ? head : head.subarray(0, head.length - cutCharacterBytes(head));
  if (isUtf8(text)) return "utf-8";
  // A mostly valid UTF-8 file stays UTF-8: only the records with invalid bytes are rejected. As windows-1252, every non-ASCII
  // character in the file would be wrong.
  const { valid, invalid } = countSequences(text);
  return valid > invalid ? "utf-8" : "windows-1252";
}

/** Detects UTF-16 without a byte order mark: its line ends and delimiters are pairs of a zero byte and an ASCII byte. */
function detectUtf16(head: Buffer): Encoding | null {
  const pairs = Math.min(head.length, 65_536) >> 1;
  let big = 0;
  let little = 0;
  let bigLineEnds = 0;
  let littleLineEnds = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const first = head[pair * 2] as number;
    const second = head[pair * 2 + 1] as number;
    if (first === 0 && second !== 0) {
      big++;
      if (second === LF || second === CR) bigLineEnds++;
    } else if (second === 0 && first !== 0) {
      little++;
      if (first === LF || first === CR) littleLineEnds++;
    }
  }
  // In any script, at least a tenth of the characters are delimiters, digits and line ends. Stray NUL bytes are equally likely at
  // even and at odd offsets.
  if (little > pairs / 10 && little > big * 20 && (littleLineEnds > 0 || little > pairs / 2)) return "utf-16le";
  if (big > pairs / 10 && big > little * 20 && (bigLineEnds > 0 || big > pairs / 2)) return "utf-16be";
  return null;
}

/** Returns the number of bytes at the end of the head that belong to an incomplete UTF-8 character. */
function cutCharacterBytes(head: Buffer): number {
  for (let back = 1; back <= Math.min(3, head.length); back++) {
    const byte = head[head.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

/** Counts the multi-byte characters, and the bytes that are not part of a valid character. */
function countSequences(text: Buffer): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let pos = 0; pos < text.length;) {
    const length = sequenceLength(text[pos] as number);
    if (length === 1) {
      pos++;
    } else if (length > 1 && isUtf8(text.subarray(pos, pos + length))) {
      valid++;
      pos += length;
    } else {
      invalid++;
      pos++;
    }
  }
  return { valid, invalid };
}

/** Returns the length of the UTF-8 character that starts with this byte, or 0 if no character starts with it. */
function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte >= 0xc2 && byte <= 0xdf) return 2;
  if (byte >= 0xe0 && byte <= 0xef) return 3;
  return byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
}
