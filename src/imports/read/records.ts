// What reading yields: the bounds of records and fields over a window of bytes, as arrays of numbers, so that a row that
// nobody keeps never becomes a string. split-records.ts fills it; scanner.ts, load-chunk.ts and `skuport read` use it.

/** A field that stood between quotes. */
export const QUOTED = 1;
/** A quoted field that holds escapes: its bytes are not its value, use `fieldText` or `copyField`. */
export const ESCAPED = 2;

/** Faults of one record's form. 0 = none; the index is stored per record, the name is the reject's code. */
export const RECORD_FAULTS = [
  null,
  "text_after_quote",
  "unclosed_quote",
  "record_too_long",
  "nul_byte",
  "not_text",
  "too_many_fields",
] as const;

/** Records found in one window. Grows as needed and is used again for the next window. */
export interface Records {
  /** The window; bounds below are offsets into it. UTF-8. */
  bytes: Buffer;
  /** How many records the window holds whole. */
  count: number;
  /** Offset of each record's first byte, and of the first byte after its last (without its line end). */
  start: Int32Array;
  end: Int32Array;
  /** Line of the file on which each record starts, from 1 (a Float64Array, for files beyond 2^31 lines). */
  line: Float64Array;
  /** Index into RECORD_FAULTS; 0 = the record's form is sound. */
  fault: Uint8Array;
  /** Fields of record r are first_field[r] up to, not including, first_field[r + 1]. */
  first_field: Int32Array;
  /** Bounds of each field's content, without its quotes. */
  field_start: Int32Array;
  field_end: Int32Array;
  /** QUOTED | ESCAPED */
  field_flags: Uint8Array;
}
