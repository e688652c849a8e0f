// Counts the UTF-16 code units of text in UTF-8: the length that the text has as a string.
import { isAscii } from "node:buffer";

/** Returns the number of code units of the UTF-8 text in `bytes[from, to)`. */
export function utf16Length(bytes: Buffer, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    // Bytes of the form 10xxxxxx continue a character. A character of four bytes has two code units.
    if ((byte & 0xc0) !== 0x80) length += byte < 0xf0 ? 1 : 2;
  }
  return length;
}

/** Counts the code units of a text in chunks of UTF-8. A character that extends over two chunks is counted with the second one, as
 * TextDecoder returns it. */
export class TextLength {
  readonly #decoder = new TextDecoder("utf-8");
  /** Whether the last chunk has ended between two characters. */
  #isBetween = true;
  characters = 0;

  add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const isPlain = this.#isBetween && isAscii(bytes);
    this.characters += isPlain ? bytes.length : this.#decoder.decode(bytes, { stream: true }).length;
    this.#isBetween = (bytes.at(-1) as number) < 0x80;
  }
}
