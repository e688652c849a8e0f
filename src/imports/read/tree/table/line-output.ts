// Collects the lines of a converted table as chunks of UTF-8. Most lines of JSON Lines are copied from the bytes of the file, and all other
// lines are added as text.
import { DECODED, VERBATIM, type PlainCells } from "../../json/plain-line.ts";
import type { CountUnpacked } from "../../text/unpacked-size.ts";

/** Lines are collected until they have at least this number of characters or bytes. */
const CHUNK_LENGTH = 1 << 18;
/** Additional bytes of a chunk's buffer, for its last line. A longer line gets a larger buffer. */
const LAST_LINE_BYTES = 1 << 16;
/** Maximum number of bytes that a loop copies faster than a native call. */
const SHORT_BYTES = 32;

const LINE_FEED = 10;
const QUOTE = 34;
const COMMA = 44;

export class LineOutput {
  readonly #count: CountUnpacked;
  readonly #encode: (text: string) => Buffer;
  /** Number of cells of the row that is being added. */
  #cells = 0;
  /** Offset after the last filled cell of the row that is being added. */
  #filledTo = 0;
  /** Lines that were added as text and are not encoded yet. In the output, they come after the lines in `#bytes`. */
  #text = "";
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #chunks: Buffer[] = [];

  /** @param count called with the length of each chunk; throws if the table becomes too large for its file
   * @param encode encodes lines that are added as text */
  constructor(count: CountUnpacked, encode: (text: string) => Buffer) {
    this.#count = count;
    this.#encode = encode;
  }

  addText(text: string): void {
    this.#text += text;
    if (this.#text.length + this.#length >= CHUNK_LENGTH) this.end();
  }

  /**
   * Adds a row whose cells are in `source`.
   * @param breaks number of line feeds before the row
   * @param width number of columns of the row
   */
  addRow(
    source: Buffer,
    { number, cells }: { number: number; cells: PlainCells },
    breaks: number,
    width: number,
  ): void {
    const { row_of: rowOf, start, end, kind, decoded } = cells;
    let needed = breaks + 1;
    for (let c = 0; c < width; c++)
      // Each byte of a list or of a decoded text may be a quote, which is written twice.
      needed +=
        rowOf[c] === number ? 3 + ((end[c] as number) - (start[c] as number)) * (kind[c] === VERBATIM ? 1 : 2) : 1;
    this.#reserve(needed);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < breaks; i++) bytes[at++] = LINE_FEED;
    for (let c = 0; c < width; c++) {
      if (c > 0) bytes[at++] = COMMA;
      if (rowOf[c] !== number) continue;
      bytes[at++] = QUOTE;
      const from = start[c] as number;
      const to = end[c] as number;
      if (kind[c] !== VERBATIM) {
        const escaped = kind[c] === DECODED ? decoded : source;
        for (let pos = from; pos < to; pos++) {
          const byte = escaped[pos] as number;
          bytes[at++] = byte;
          if (byte === QUOTE) bytes[at++] = QUOTE;
        }
      } else if (to - from > SHORT_BYTES) at += source.copy(bytes, at, from, to);
      else for (let pos = from; pos < to; pos++) bytes[at++] = source[pos] as number;
      bytes[at++] = QUOTE;
    }
    bytes[at++] = LINE_FEED;
    this.#length = at;
    if (at >= CHUNK_LENGTH) this.end();
  }

  /** Begins a row whose cells are added one by one. */
  beginRow(): void {
    this.#reserve(0);
    this.#cells = 0;
    this.#filledTo = this.#length;
  }

  addBlankCell(): void {
    this.#grow(1);
    if (this.#cells++ > 0) this.#bytes[this.#length++] = COMMA;
  }

  /** Adds a cell with the UTF-8 text in `source[start, end)`. */
  addCell(source: Buffer, start: number, end: number): void {
    const size = end - start;
    if (size === 0) {
      this.addBlankCell();
      return;
    }
    this.#grow(size * 2 + 3);
    if (this.#cells++ > 0) this.#bytes[this.#length++] = COMMA;
    const bytes = this.#bytes;
    bytes[this.#length++] = QUOTE;
    const at = this.#length;
    const to = at + size;
    if (size > SHORT_BYTES) source.copy(bytes, at, start, end);
    else for (let i = 0; i < size; i++) bytes[at + i] = source[start + i] as number;
    // Write the closing quote of the cell first, so that the search for quotes ends there.
    bytes[to] = QUOTE;
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === to) this.#length = to + 1;
    else this.#addQuoted(source, start + quote - at, end, quote);
    this.#filledTo = this.#length;
  }

  /** Writes the rest of a cell, from its first quote, with escaped quotes and the closing quote.
   * @param to offset in the buffer at which the first quote is written */
  #addQuoted(source: Buffer, start: number, end: number, to: number): void {
    const bytes = this.#bytes;
    let at = to;
    for (let pos = start; pos < end; pos++) {
      const byte = source[pos] as number;
      bytes[at++] = byte;
      if (byte === QUOTE) bytes[at++] = QUOTE;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  addTextCell(text: string): void {
    const bytes = this.#encode(text);
    this.addCell(bytes, 0, bytes.length);
  }

  /** @param isTrimmed whether blank cells at the end of the row are left out */
  endRow(isTrimmed: boolean): void {
    if (isTrimmed) this.#length = this.#filledTo;
    this.#grow(1);
    this.#bytes[this.#length++] = LINE_FEED;
    if (this.#length >= CHUNK_LENGTH) this.end();
  }

  /** Completes the last chunk. */
  end(): void {
    const text = this.#encode(this.#text);
    this.#text = "";
    for (const chunk of [this.#bytes.subarray(0, this.#length), text]) {
      if (chunk.length === 0) continue;
      this.#count(chunk.length);
      this.#chunks.push(chunk);
    }
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
  }

  /** Returns the chunks that were completed since the last call. */
  take(): Buffer[] {
    return this.#chunks.splice(0);
  }

  /** Makes room for `needed` bytes after the lines that have been added. */
  #reserve(needed: number): void {
    if (this.#text !== "") {
      const text = this.#encode(this.#text);
      this.#text = "";
      this.#grow(text.length + needed);
      this.#length += text.copy(this.#bytes, this.#length);
    } else this.#grow(needed);
  }

  #grow(needed: number): void {
    if (this.#length + needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#length + needed, CHUNK_LENGTH + LAST_LINE_BYTES));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
