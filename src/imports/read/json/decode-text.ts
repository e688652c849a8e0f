// Decodes the escapes in a text of JSON from bytes to bytes, without creating a string.
import { writeCode } from "../text/decoders.ts";

const QUOTE = 34;
const ZERO = 48;
const NINE = 57;
const BACKSLASH = 92;
const LOWER_A = 97;
const LOWER_U = 117;

/** By the code of the letter after a backslash: the character that the escape denotes; 0 if JSON does not define the escape. */
const ESCAPES = new Uint8Array(128);
for (const [letter, character] of Object.entries({
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
}))
  ESCAPES[letter.charCodeAt(0)] = character.charCodeAt(0);

/** Offset after the text that `decodeText` has written. */
export let decodedTo = 0;

/**
 * Writes the UTF-8 text that begins at `from` into `target` at `at`, without its escapes. A text is never longer than it is with escapes.
 * @param to the text must end before this offset
 * @returns the offset of the closing quote; -1 if there is none, if an escape is not valid, or if the text has an escaped surrogate, which
 * may be only half a character
 */
export function decodeText(bytes: Buffer, from: number, to: number, target: Buffer, at: number): number {
  let out = at;
  let pos = from;
  for (; pos < to && bytes[pos] !== QUOTE; pos++) {
    const byte = bytes[pos] as number;
    if (byte !== BACKSLASH) {
      target[out++] = byte;
      continue;
    }
    const letter = bytes[++pos] as number;
    if (letter === LOWER_U) {
      const code = hexCode(bytes, pos + 1);
      if (code === -1 || (code >= 0xd800 && code < 0xe000)) return -1;
      out = writeCode(target, out, code);
      pos += 4;
    } else {
      const character = letter < ESCAPES.length ? (ESCAPES[letter] as number) : 0;
      if (character === 0) return -1;
      target[out++] = character;
    }
  }
  decodedTo = out;
  return pos < to ? pos : -1;
}

/** Returns the number that the four hexadecimal digits at `at` denote; -1 if they are not hexadecimal digits. */
function hexCode(bytes: Buffer, at: number): number {
  let code = 0;
  for (let pos = at; pos < at + 4; pos++) {
    const digit = hexDigit(bytes[pos] as number);
    if (digit === -1) return -1;
    code = code * 16 + digit;
  }
  return code;
}

function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const letter = (byte | 0x20) - LOWER_A;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}
