// Where a field or a line ends, in bytes: the small questions that the splitter and its handling of bad quotes both ask.

export const LF = 10;
export const CR = 13;
export const BLANK = 32;
export const TAB = 9;

/** What of a dialect decides where a field ends. */
export interface FieldEnds {
  readonly delimiter: Uint8Array;
  /** Byte, or -1 for none. */
  readonly quote: number;
  /** Whether a lone CR ends a line. */
  readonly cr_ends: boolean;
}

/** Bytes of the line end that starts at `pos`, or 0. A CR as the last byte of all is one. */
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

/** Whether a field starts at `pos`, by the bytes before it alone; `from` is where the record's bytes begin. */
export function isFieldStart(ends: FieldEnds, bytes: Buffer, pos: number, from: number): boolean {
  if (pos <= from) return true;
  const before = bytes[pos - 1];
  if (before === LF || (before === CR && ends.cr_ends)) return true;
  return pos - ends.delimiter.length >= from && isDelimiter(ends.delimiter, bytes, pos - ends.delimiter.length, pos);
}
