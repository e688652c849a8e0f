// Returns the values of fields whose bounds split-records.ts has found: as strings, or as bytes copied into a buffer.
import type { Dialect } from "../../../contract/imports/imports.ts";
import { ESCAPED, type Records } from "./records.ts";

/** Returns a field's value as a string. The loader copies bytes with `copyField` instead, which is faster. */
export function fieldText(records: Records, fieldIndex: number, dialect: Dialect): string {
  const start = records.field_start[fieldIndex] as number;
  const end = records.field_end[fieldIndex] as number;
  if (((records.field_flags[fieldIndex] as number) & ESCAPED) === 0) return records.bytes.toString("utf8", start, end);
  const target = Buffer.allocUnsafe(end - start);
  return target.toString("utf8", 0, copyField(records, fieldIndex, dialect, target, 0));
}

/** Returns the values of all fields of a record. */
export function recordTexts(records: Records, record: number, dialect: Dialect): string[] {
  const first = records.first_field[record] as number;
  const end = records.first_field[record + 1] as number;
  return Array.from({ length: end - first }, (_, field) => fieldText(records, first + field, dialect));
}

const YES = Buffer.from("yes");
const NO = Buffer.from("no");

/** Compares a field with `yes` and `no`, the words that value maps write, without decoding the field. Returns true for `yes`, false for
 * `no`, and undefined for any other field, even if its text means yes or no. */
export function fieldYesOrNo({ bytes, field_start, field_end }: Records, fieldIndex: number): boolean | undefined {
  const start = field_start[fieldIndex] as number;
  const end = field_end[fieldIndex] as number;
  if (end - start === YES.length)
    return bytes[start] === YES[0] && bytes[start + 1] === YES[1] && bytes[start + 2] === YES[2] ? true : undefined;
  return end - start === NO.length && bytes[start] === NO[0] && bytes[start + 1] === NO[1] ? false : undefined;
}

/** Maximum length of a field for which a loop over the bytes is faster than a call of the native `copy`. */
const SHORT_FIELD_BYTES = 32;

/** Copies a field's value into `target` at `offset` and returns the number of bytes of the value. A value is never longer than the field in
 * the file. */
export function copyField(
  records: Records,
  fieldIndex: number,
  dialect: Dialect,
  target: Buffer,
  offset: number,
): number {
  const { bytes } = records;
  const start = records.field_start[fieldIndex] as number;
  const end = records.field_end[fieldIndex] as number;
  if (((records.field_flags[fieldIndex] as number) & ESCAPED) === 0) {
    if (end - start > SHORT_FIELD_BYTES) return bytes.copy(target, offset, start, end);
    for (let pos = start, at = offset; pos < end; pos++, at++) target[at] = bytes[pos] as number;
    return end - start;
  }
  const quote = dialect.quote.charCodeAt(0);
  const escape = dialect.escape.charCodeAt(0);
  const escapedToo = dialect.escapes_itself === false ? -2 : escape;
  let written = offset;
  for (let pos = start; pos < end; pos++) {
    const byte = bytes[pos] as number;
    const next = pos + 1 < end ? bytes[pos + 1] : -1;
    if ((byte === quote && next === quote) || (byte === escape && (next === quote || next === escapedToo))) pos++;
    target[written++] = bytes[pos] as number;
  }
  return written - offset;
}
