// Writes the values that need no string: copies of columns, joined columns and numbers, from the bytes of the record. Some cells need the
// general code in value.ts, which gives the same results. For such a cell, a writer writes nothing and returns false.
import { MAX_LIST_ELEMENTS } from "../../../../contract/catalog/attribute-value.ts";
import { ESCAPED, type Records } from "../../read/records.ts";
import type { ValueNode } from "../plan.ts";
import { mayBeDamaged } from "../../damaged/damaged-keys.ts";
import type { NumberFormat } from "../steps/number.ts";
import type { OutBytes } from "./bytes/out-bytes.ts";
import type { Row } from "./row.ts";

/** Writes the value, or nothing if it is blank. */
export type WriteBytes = (row: Row, out: OutBytes) => boolean;

/**
 * Returns the function that writes the value, or undefined if the value cannot be copied or computed from the bytes of the
 * record without a string.
 * @param isJson whether to write a JSON string
 */
export function byteWriterOf(node: ValueNode, isJson: boolean): WriteBytes | undefined {
  const { sources, steps, list, fallback, use, lists } = node;
  if (dependsOnOtherCells(node) || node.without !== undefined) return undefined;
  if (lists !== undefined || list !== null || fallback !== null || sources.length === 0) return undefined;
  if (!sources.every((source) => typeof source === "number")) return undefined;
  const [step] = steps;
  if (step === undefined && use !== "all") return copyWriter(node, sources, isJson);
  if (step?.step === "split" && isJson && steps.length === 1 && sources.length === 1 && use !== "all")
    return splitWriter(sources[0] as number, step.by);
  if (step?.step === "number" && step.scale === 0 && steps.length === 1 && sources.length === 1 && use !== "all")
    return numberWriter(sources[0] as number, step.format, isJson);
  return undefined;
}

/** Whether the value depends on cells other than those of its sources. */
export const dependsOnOtherCells = ({ condition, group, over_group }: ValueNode): boolean =>
  condition !== undefined || group !== undefined || over_group === true;

const SPACE = 0x20;
/** ASCII white space: blank, tab, line feed, vertical tab, form feed, carriage return. */
const isSpace = (byte: number): boolean => byte === SPACE || (byte >= 0x09 && byte <= 0x0d);
const QUOTE = 0x22;

/** The bounds of the cell that `openCell` has found. */
let cellStart = 0;
let cellEnd = 0;

/** Finds the bounds of the trimmed or unmodified cell. Returns false if the cell contains escapes, or if white space other than ASCII could
 * be at its ends. */
function openCell(records: Records, field: number, trim: boolean): boolean {
  if (((records.field_flags[field] as number) & ESCAPED) !== 0) return false;
  const start = records.field_start[field] as number;
  const end = records.field_end[field] as number;
  if (!openTrimmed(records.bytes, start, end)) return false;
  if (!trim && cellStart < cellEnd) {
    cellStart = start;
    cellEnd = end;
  }
  return true;
}

/** Finds the bounds of the trimmed text in `bytes[from, to)`. Returns false if white space other than ASCII could be at its ends. */
function openTrimmed(bytes: Buffer, from: number, to: number): boolean {
  let start = from;
  let end = to;
  while (start < end && isSpace(bytes[start] as number)) start++;
  while (end > start && isSpace(bytes[end - 1] as number)) end--;
  cellStart = start;
  cellEnd = end;
  if (start === end) return true;
  if ((bytes[start] as number) >= 0x80 && !isLetterOfTwoBytes(bytes[start] as number)) return false;
  return (bytes[end - 1] as number) < 0x80 || isLetterOfTwoBytes(bytes[end - 2] as number);
}

/** Whether the byte starts a character of two bytes that is not white space. The only such characters that are white space start with
 * C2. */
const isLetterOfTwoBytes = (byte: number): boolean => byte > 0xc2 && byte < 0xe0;

function copyWriter(node: ValueNode, sources: readonly number[], isJson: boolean): WriteBytes {
  const { trim, need_all, is_distinct, is_key_part: isKeyPart = false } = node;
  const isJoin = node.use === "join";
  const separator = Buffer.from(isJson ? JSON.stringify(node.separator).slice(1, -1) : node.separator);
  return (row, out) => {
    const records = row.records as Records;
    const mark = out.length;
    let isFirst = true;
    for (let i = 0; i < sources.length; i++) {
      if (!openCell(records, row.first + (sources[i] as number), trim)) return out.reset(mark);
      if (cellStart === cellEnd) {
        if (!need_all || !isJoin) continue;
        out.reset(mark);
        return true;
      }
      // The cell contains the first byte of the separator. The general code in value.ts checks whether the cell contains the whole
      // separator.
      if (is_distinct && i < sources.length - 1 && contains(records.bytes, cellStart, cellEnd, separator[0] ?? -1))
        return out.reset(mark);
      if (isKeyPart && mayBeDamaged(records.bytes, cellStart, cellEnd)) return out.reset(mark);
      if (!isFirst) out.copy(separator);
      else if (isJson) out.byte(QUOTE);
      isFirst = false;
      if (isJson) out.escaped(records.bytes, cellStart, cellEnd);
      else out.slice(records.bytes, cellStart, cellEnd);
      if (!isJoin) break;
    }
    if (isJson && !isFirst) out.byte(QUOTE);
    return true;
  };
}

function contains(bytes: Buffer, start: number, end: number, wanted: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === wanted) return true;
  return false;
}

const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const COMMA = 0x2c;
const CLOSE_LIST = 0x5d;

/** Returns a function that writes the parts of a cell as a JSON list. For a cell with a backslash, which can protect a separator, or with
 * too many parts, it writes nothing and returns false. */
function splitWriter(column: number, by: string): WriteBytes {
  const separator = Buffer.from(by);
  const first = separator[0] as number;
  return (row, out) => {
    const records = row.records as Records;
    const { bytes } = records;
    const field = row.first + column;
    if (((records.field_flags[field] as number) & ESCAPED) !== 0 || row.isValue(column)) return false;
    const end = records.field_end[field] as number;
    const mark = out.length;
    let partStart = records.field_start[field] as number;
    let parts = 0;
    for (let pos = partStart; pos <= end; pos++) {
      const byte = bytes[pos] as number;
      if (pos < end) {
        if (byte === BACKSLASH) return out.reset(mark);
        if (byte !== first || !isAt(separator, bytes, pos, end)) continue;
      }
      if (!openTrimmed(bytes, partStart, pos)) return out.reset(mark);
      if (cellStart < cellEnd) {
        if (++parts > MAX_LIST_ELEMENTS) return out.reset(mark);
        out.byte(parts === 1 ? OPEN_LIST : COMMA);
        out.byte(QUOTE);
        out.escaped(bytes, cellStart, cellEnd);
        out.byte(QUOTE);
      }
      pos += separator.length - 1;
      partStart = pos + 1;
    }
    if (parts > 0) out.byte(CLOSE_LIST);
    return true;
  };
}

/** Whether the whole separator is at `pos`, before `end`. */
function isAt(separator: Buffer, bytes: Buffer, pos: number, end: number): boolean {
  if (pos + separator.length > end) return false;
  for (let i = 1; i < separator.length; i++) if (bytes[pos + i] !== separator[i]) return false;
  return true;
}

const MINUS = 0x2d;
const POINT = 0x2e;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Returns a function that writes a cell such as `-1.234,50 €` as a number. The cell may contain digits, separators, a minus sign at the
 * start and a euro sign at the end. Any other form of a number needs `convertNumber`. */
function numberWriter(
  column: number,
  { decimal, group, short_groups, currency }: NumberFormat,
  isJson: boolean,
): WriteBytes | undefined {
  if (short_groups || decimal.length > 1 || decimal > "\x7f") return undefined;
  const sampleDecimal = decimal === "" ? -1 : decimal.charCodeAt(0);
  // Blanks and apostrophes as group separators have several forms, such as ' and ’. Only the general code in value.ts handles these forms.
  const sampleGroup = group === "." || group === "," ? group.charCodeAt(0) : -1;
  const takesEuro = currency === "" || currency === "€";
  return (row, out) => {
    const records = row.records as Records;
    const { bytes } = records;
    const field = row.first + column;
    let start = records.field_start[field] as number;
    let end = records.field_end[field] as number;
    if (start === end) return true;
    const isValue = row.isValue(column);
    const decimalByte = isValue ? POINT : sampleDecimal;
    const groupByte = isValue ? -1 : sampleGroup;
    if (takesEuro) end = withoutEuro(bytes, start, end);
    if (end - start > 32) return false;
    const mark = out.length;
    out.reserve(end - start + 2);
    const target = out.bytes;
    let at = mark;
    if (isJson) target[at++] = QUOTE;
    const signAt = at;
    const isNegative = bytes[start] === MINUS;
    if (isNegative) {
      start++;
      target[at++] = MINUS;
    }
    let digits = 0;
    let groups = 0;
    let isZero = true;
    let isFraction = false;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      if (isDigit(byte)) {
        digits++;
        if (byte !== 0x30) isZero = false;
        target[at++] = byte;
      } else if (byte === decimalByte && !isFraction && digits > 0 && (groups === 0 || digits === 3)) {
        isFraction = true;
        digits = 0;
        groups = 0;
        target[at++] = POINT;
      } else if (byte === groupByte && !isFraction && (groups === 0 ? digits > 0 && digits <= 3 : digits === 3)) {
        groups++;
        digits = 0;
      } else return false;
    }
    if (digits === 0 || (groups > 0 && digits !== 3) || (isNegative && isZero && signAt < at)) return false;
    if (isJson) target[at++] = QUOTE;
    out.length = at;
    return true;
  };
}

/** Returns the end of the bytes without a final euro sign (E2 82 AC) and the blank before it; `end` if there is no euro sign. */
function withoutEuro(bytes: Buffer, start: number, end: number): number {
  if (end - start < 4 || bytes[end - 1] !== 0xac || bytes[end - 2] !== 0x82 || bytes[end - 3] !== 0xe2) return end;
  return bytes[end - 4] === SPACE ? end - 4 : end - 3;
}
