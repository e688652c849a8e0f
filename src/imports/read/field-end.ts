// Tests whether a field or a line ends, or starts, at a byte. The splitter and resolve-bad-quote.ts share these tests.

export const LF = 10;
export const CR = 13;
export const BLANK = 32;
export const TAB = 9;

/** The characters of a dialect that decide where a field ends. */
export interface FieldEnds {
  readonly delimiter: Uint8Array;
  /** The quote as a byte, or -1 if the dialect has no quote. */
  readonly quote: number;
  /** Whether a lone CR ends a line. */
  readonly cr_ends: boolean;
}

/** Returns the length of the line end at `pos`, or 0 if there is none. A CR that is the last byte of the file ends a line. */
export function lineEndLength(bytes: Buffer, pos: number, to: number, crEnds: boolean): number {
  const byte = bytes[pos];
  if (byte === LF) return 1;
  if (byte !== CR) return 0;
  if (pos + 1 < to && bytes[pos + 1] === LF) return 2;
  return crEnds || pos + 1 === to ? 1 : 0;
}

export function isDelimiter(delimiter: Uint8Array, bytes: Buffer, pos: number, to: number): boolean {
  if (pos + delimiter.length > to) return false;
  for (let i = 0; i < delimiter.length; i++) if (bytes[pos + i] !== delimiter[i]) return false;
  return true;
}

/** Whether a delimiter or a line end starts at `pos`. */
export function isFieldEnd(ends: FieldEnds, bytes: Buffer, pos: number, to: number): boolean {
  return isDelimiter(ends.delimiter, bytes, pos, to) || lineEndLength(bytes, pos, to, ends.cr_ends) > 0;
}

/** Whether a field starts at `pos`, judging only by the preceding bytes. `from` is the record's first byte. */
export function isFieldStart(ends: FieldEnds, bytes: Buffer, pos: number, from: number): boolean {
  if (pos <= from) return true;
  const before = bytes[pos - 1];
  if (before === LF || (before === CR && ends.cr_ends)) return true;
  return pos - ends.delimiter.length >= from && isDelimiter(ends.delimiter, bytes, pos - ends.delimiter.length, pos);
}
