// Writes the values that need no string: copies of columns, joined columns and numbers, from the bytes of the record. Some cells need the
// general code in value.ts, which gives the same results. For such a cell, a writer writes nothing and returns false.
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
  const { bytes } = records;
  let start = records.field_start[field] as number;
  let end = records.field_end[field] as number;
  while (start < end && isSpace(bytes[start] as number)) start++;
  while (end > start && isSpace(bytes[end - 1] as number)) end--;
  if (start < end && ((bytes[start] as number) >= 0x80 || (bytes[end - 1] as number) >= 0x80)) return false;
  cellStart = trim || start === end ? start : (records.field_start[field] as number);
  cellEnd = trim || start === end ? end : (records.field_end[field] as number);
  return true;
}

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
