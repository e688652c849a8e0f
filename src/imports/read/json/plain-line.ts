// Finds the values in a line of JSON Lines without creating a tree or strings. Nearly all lines of real files are plain: objects with the
// same members as earlier lines, with values that are texts, numbers, `true`, `false`, `null`, or lists of texts without escapes.
// ValueParser reads all other lines. The line is in UTF-8. Both readers give the same rows: json-lines.test.ts compares them.
import { decodedTo, decodeText } from "./decode-text.ts";
import { MAX_FIELDS } from "../split-records.ts";
import type { Path } from "../tree/nodes.ts";

/** The cells of a row, by the index of the column. */
export interface PlainCells {
  /** Number of the last row that set the cell. If this is not the current row, the cell is blank in the current row. */
  row_of: Int32Array;
  /** Offset of the first byte of the value: in `decoded` if `kind` is DECODED, otherwise in the buffer of the lines. */
  start: Int32Array;
  /** Offset after the last byte of the value. */
  end: Int32Array;
  kind: Uint8Array;
  /** The texts of the current row that have escapes, in UTF-8 without their escapes. */
  decoded: Buffer;
}

/** Values of `kind`: bytes that are copied unmodified; an array, which is written with its brackets and quotes; a text in `decoded`. */
export const VERBATIM = 0;
export const LIST = 1;
export const DECODED = 2;

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const LOWER_E = 101;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

/** Maximum depth of objects in a plain line. */
const MAX_PLAIN_DEPTH = 8;
/** Maximum number of bytes of a plain line. The limit of a record is much higher, so a plain line is never too long to be a record. */
const MAX_PLAIN_BYTES = 1 << 16;
/** Number of bytes at the start of a text in which a loop searches for its end. For a longer text, a native search is faster. */
const SEARCHED_BYTES = 24;

/** A value returned instead of an offset if the line is not plain. */
const NOT_PLAIN = -1;
/** A value returned instead of the end of a text if the text has escapes. */
const HAS_ESCAPES = -2;

export class PlainLine {
  readonly cells: PlainCells = {
    row_of: new Int32Array(MAX_FIELDS),
    start: new Int32Array(MAX_FIELDS),
    end: new Int32Array(MAX_FIELDS),
    kind: new Uint8Array(MAX_FIELDS),
    decoded: Buffer.allocUnsafe(MAX_PLAIN_BYTES),
  };
  /** Number of the current row, from 1. */
  row = 0;
  readonly #root: Path;
  #bytes: Buffer = Buffer.alloc(0);
  #to = 0;
  /** Offset of the next backslash in the buffer; the length of the buffer if there is none. */
  #backslash = -1;
  /** Offset after the name that `#member` has read. */
  #afterName = 0;
  /** Number of bytes in `cells.decoded`. A text is never longer than it is with escapes, so the buffer has room for all texts of a line. */
  #decodedTo = 0;

  /** @param root the path of the records. A TableWriter assigns columns to the paths below it */
  constructor(root: Path) {
    this.#root = root;
  }

  /** Sets the buffer that contains the next lines. */
  open(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#backslash = -1;
  }

  /** Finds the values of the line `[from, to)` of the buffer, and sets `cells`. Returns false if the line is not plain, or if a value has a
   * path without a column. */
  read(from: number, to: number): boolean {
    if (to - from > MAX_PLAIN_BYTES) return false;
    this.row++;
    this.#to = to;
    this.#decodedTo = 0;
    const start = this.#skip(from);
    if (this.#bytes[start] !== OPEN_OBJECT) return false;
    const end = this.#object(this.#root, start, 0);
    return end !== NOT_PLAIN && this.#skip(end) === to;
  }

  /** Returns the offset of the first byte that is not blank. A line feed is not blank here, because it ends the line. */
  #skip(from: number): number {
    let at = from;
    for (let byte = this.#bytes[at]; byte === 32 || byte === 13 || byte === 9; byte = this.#bytes[++at]);
    return at;
  }

  /** Reads the object at `at`. Returns the offset after it. */
  #object(path: Path, at: number, depth: number): number {
    const bytes = this.#bytes;
    if (depth > MAX_PLAIN_DEPTH) return NOT_PLAIN;
    let previous: Path | undefined;
    let pos = this.#skip(at + 1);
    for (;;) {
      const member = this.#member(path, previous, pos);
      // If several members have the same name, the last one counts. Such a line is not plain.
      if (member === undefined || member.plain_row === this.row) return NOT_PLAIN;
      member.plain_row = this.row;
      previous = member;
      pos = this.#skip(this.#afterName);
      if (bytes[pos] !== COLON) return NOT_PLAIN;
      pos = this.#value(member, this.#skip(pos + 1), depth);
      if (pos === NOT_PLAIN) return NOT_PLAIN;
      pos = this.#skip(pos);
      const byte = bytes[pos++];
      if (byte === CLOSE_OBJECT) return pos;
      if (byte !== COMMA) return NOT_PLAIN;
      pos = this.#skip(pos);
    }
  }

  /** Returns the path of the member whose name begins at `at`; undefined if the name has escapes or is missing. */
  #member(parent: Path, previous: Path | undefined, at: number): Path | undefined {
    const expected = previous === undefined ? parent.first : previous.next;
    const name = expected?.name_bytes;
    if (name !== undefined && this.#startsWith(name, at)) {
      this.#afterName = at + name.length;
      return expected;
    }
    if (this.#bytes[at] !== QUOTE) return undefined;
    const end = this.#textEnd(at + 1);
    if (end < 0) return undefined;
    this.#afterName = end + 1;
    const path = parent.child(this.#bytes.toString("utf8", at + 1, end));
    if (previous === undefined) parent.first = path;
    else previous.next = path;
    return path;
  }

  #startsWith(expected: Buffer, at: number): boolean {
    for (let i = 0; i < expected.length; i++) if (this.#bytes[at + i] !== expected[i]) return false;
    return true;
  }

  /** Reads the value at `at`. Returns the offset after it. */
  #value(path: Path, at: number, depth: number): number {
    const byte = this.#bytes[at] as number;
    if (byte === OPEN_OBJECT) return this.#object(path, at, depth + 1);
    const { column } = path;
    if (column === undefined) return NOT_PLAIN;
    // Different paths can share a column: `{"a/b": 1, "a": {"b": 2}}`. A row with both has a list in this column, so its line is not plain.
    if (column >= 0 && this.cells.row_of[column] === this.row) return NOT_PLAIN;
    if (byte === QUOTE) {
      const end = this.#textEnd(at + 1);
      if (end === HAS_ESCAPES) return this.#decode(column, at + 1);
      if (end === NOT_PLAIN) return NOT_PLAIN;
      if (end > at + 1) this.#setCell(column, at + 1, end, VERBATIM);
      return end + 1;
    }
    if (byte === OPEN_ARRAY) {
      const end = this.#listEnd(at);
      if (end !== NOT_PLAIN) this.#setCell(column, at, end, LIST);
      return end;
    }
    if (this.#startsWith(NULL, at)) return this.#wordEnd(at + NULL.length);
    const end = this.#wordEnd(this.#scalarEnd(at));
    if (end !== NOT_PLAIN) this.#setCell(column, at, end, VERBATIM);
    return end;
  }

  #setCell(column: number, start: number, end: number, kind: number): void {
    if (column < 0) return;
    const { cells } = this;
    cells.row_of[column] = this.row;
    cells.start[column] = start;
    cells.end[column] = end;
    cells.kind[column] = kind;
  }

  /** Decodes the text at `from`. Returns the offset after its closing quote. */
  #decode(column: number, from: number): number {
    const start = this.#decodedTo;
    const end = decodeText(this.#bytes, from, this.#to, this.cells.decoded, start);
    if (end === -1) return NOT_PLAIN;
    this.#decodedTo = decodedTo;
    this.#setCell(column, start, decodedTo, DECODED);
    return end + 1;
  }

  /** Returns the offset of the quote that ends the text at `from`; HAS_ESCAPES if the text has escapes; NOT_PLAIN if it does not end in the
   * line. */
  #textEnd(from: number): number {
    const bytes = this.#bytes;
    if (this.#backslash < from) {
      const found = bytes.indexOf(BACKSLASH, from);
      this.#backslash = found === -1 ? bytes.length : found;
    }
    let end = from;
    const searched = from + SEARCHED_BYTES;
    while (end < searched && bytes[end] !== QUOTE && end < this.#to) end++;
    if (end === searched) end = bytes.indexOf(QUOTE, end);
    if (end === -1 || end >= this.#to) return NOT_PLAIN;
    return this.#backslash < end ? HAS_ESCAPES : end;
  }

  /** Returns the offset after the array at `at`. Returns NOT_PLAIN if the array contains anything other than texts as JSON.stringify writes
   * them, or a text that may be blank, because the table leaves out blank texts. */
  #listEnd(at: number): number {
    const bytes = this.#bytes;
    let pos = at + 1;
    for (;;) {
      if (bytes[pos] !== QUOTE) return NOT_PLAIN;
      const start = pos + 1;
      const end = this.#textEnd(start);
      if (end < 0 || end === start || !isPrinted(bytes[start] as number)) return NOT_PLAIN;
      for (let i = start; i < end; i++) if ((bytes[i] as number) < 32) return NOT_PLAIN;
      const byte = bytes[end + 1];
      if (byte === CLOSE_ARRAY) return end + 2;
      if (byte !== COMMA) return NOT_PLAIN;
      pos = end + 2;
    }
  }

  /** Returns the offset after the number or the word `true` or `false` at `at`. */
  #scalarEnd(at: number): number {
    if (this.#startsWith(TRUE, at)) return at + TRUE.length;
    if (this.#startsWith(FALSE, at)) return at + FALSE.length;
    const bytes = this.#bytes;
    const first = bytes[at] === MINUS ? at + 1 : at;
    let pos = this.#digitsEnd(first);
    if (pos === first || (bytes[first] === ZERO && pos > first + 1)) return NOT_PLAIN;
    if (bytes[pos] === POINT) {
      const end = this.#digitsEnd(pos + 1);
      if (end === pos + 1) return NOT_PLAIN;
      pos = end;
    }
    return ((bytes[pos] as number) | 0x20) === LOWER_E ? NOT_PLAIN : pos;
  }

  #digitsEnd(from: number): number {
    const bytes = this.#bytes;
    let pos = from;
    while ((bytes[pos] as number) >= ZERO && (bytes[pos] as number) <= NINE) pos++;
    return pos;
  }

  /** Returns `at` if the number or word that ends at `at` is complete: a comma, `}` or white space follows. Otherwise, returns
   * NOT_PLAIN. */
  #wordEnd(at: number): number {
    if (at === NOT_PLAIN) return NOT_PLAIN;
    const byte = this.#bytes[at];
    const isEnd = byte === COMMA || byte === CLOSE_OBJECT || byte === 32 || byte === 13 || byte === 9;
    return isEnd ? at : NOT_PLAIN;
  }
}

/** Whether the byte is a visible ASCII character, or begins a character that cannot be white space. */
const isPrinted = (byte: number): boolean =>
  byte > 32 && (byte < 0x80 || (byte > 0xc2 && byte < 0xe1) || (byte > 0xe3 && byte !== 0xef));
