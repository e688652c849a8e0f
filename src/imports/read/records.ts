// The result of splitting: the bounds of records and fields within a window of bytes, as arrays of numbers. A value is converted
// to a string only on request (field-text.ts): most rows go from the file to the database as bytes.

/** Flag of a field that is enclosed in quotes. */
export const QUOTED = 1;
/** Flag of a quoted field with escapes inside: its bytes are not its value. Read it with `fieldText` or `copyField`. */
export const ESCAPED = 2;
/** Flag of a blank field that a mapping appends to a record: the field erases the product's value. A blank field without this flag keeps
 * the value. */
export const ERASES = 4;

/** Codes of the faults in a record's form. `Records.fault` contains an index into this array, or 0 for a record without a fault.
 * Rejects have the same codes. */
export const RECORD_FAULTS = [
  null,
  "text_after_quote",
  "unclosed_quote",
  "record_too_long",
  "nul_byte",
  "not_text",
  "too_many_fields",
  "not_json",
] as const;

/** The records of one window. The arrays grow on demand and are reused for the next window. */
export interface Records {
  /** The window, in UTF-8. All bounds below are offsets into it. */
  bytes: Buffer;
  /** Whether the records are known to consist of ASCII characters only. */
  is_ascii: boolean;
  /** Number of records that are completely contained in the window. Array elements after them are left over from earlier windows. */
  count: number;
  /** Offset of each record's first byte. */
  start: Int32Array;
  /** Offset after each record's last byte; the line end is not part of the record. */
  end: Int32Array;
  /** Line of the file on which each record starts, from 1. Float64 because a file may have more than 2^31 lines. */
  line: Float64Array;
  /** Index into RECORD_FAULTS for each record. */
  fault: Uint8Array;
  /** Record r has the fields from first_field[r] up to, but not including, first_field[r + 1]. */
  first_field: Int32Array;
  /** Offset of the first byte of each field's content, without its quotes. */
  field_start: Int32Array;
  /** Offset after the last byte of each field's content. */
  field_end: Int32Array;
  /** For each field, the bitwise OR of its flags QUOTED, ESCAPED and ERASES. */
  field_flags: Uint8Array;
}

export function createRecords(): Records {
  return {
    bytes: Buffer.alloc(0),
    is_ascii: false,
    count: 0,
    start: new Int32Array(1024),
    end: new Int32Array(1024),
    line: new Float64Array(1024),
    fault: new Uint8Array(1024),
    first_field: new Int32Array(1025),
    field_start: new Int32Array(8192),
    field_end: new Int32Array(8192),
    field_flags: new Uint8Array(8192),
  };
}

/** Doubles the arrays that have an element per record. */
export function growRecords(records: Records): void {
  const size = records.start.length * 2;
  records.start = copyInto(new Int32Array(size), records.start);
  records.end = copyInto(new Int32Array(size), records.end);
  records.line = copyInto(new Float64Array(size), records.line);
  records.fault = copyInto(new Uint8Array(size), records.fault);
  records.first_field = copyInto(new Int32Array(size + 1), records.first_field);
}

/** Doubles the arrays that have an element per field. */
export function growFields(records: Records): void {
  const size = records.field_start.length * 2;
  records.field_start = copyInto(new Int32Array(size), records.field_start);
  records.field_end = copyInto(new Int32Array(size), records.field_end);
  records.field_flags = copyInto(new Uint8Array(size), records.field_flags);
}

function copyInto<A extends Int32Array | Float64Array | Uint8Array>(larger: A, full: A): A {
  larger.set(full);
  return larger;
}
