// Removes from the cells of records what does not belong to their values: byte order marks, the blanks of padded cells, and the guard of
// cells such as `="0017"`, with which programs keep a spreadsheet from changing a number. Only the bounds of the fields move.
import { BLANK, TAB } from "../field-end.ts";
import { ESCAPED, QUOTED, type Records } from "../records.ts";
import { APOSTROPHE } from "../splitter.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";

const DOUBLE_QUOTE = 34;
const EQUALS = 61;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");
const GUARD = Buffer.from('="');
const QUOTED_GUARD = Buffer.from('=""');

/** The kinds of characters that have to be removed from the cells of a window. */
export interface Marks {
  guards: boolean;
  /** Whether records start with byte order marks, as in a file that was joined from several files. */
  byte_order: boolean;
  padding: boolean;
  /** The quote of the dialect as a byte, or NaN if the dialect has no quote. */
  quote: number;
  any: boolean;
}

export function findMarks(records: Records, dialect: Dialect): Marks {
  const guards = mayHaveGuards(records, dialect);
  const byteOrder = !records.is_ascii && mayContain(records, BYTE_ORDER_MARK);
  const padding = dialect.padded === true;
  const quote = dialect.quote.charCodeAt(0);
  return { guards, byte_order: byteOrder, padding, quote, any: guards || byteOrder || padding };
}

/** Whether the window contains these bytes. The native search takes 0.1 ms per megabyte. */
export function mayContain({ bytes, count, start, end }: Records, needle: Buffer | number): boolean {
  if (count === 0) return false;
  const found = bytes.indexOf(needle, start[0]);
  return found !== -1 && found < (end[count - 1] as number);
}

/** Whether the window contains `="`, the beginning of a cell such as `="0017"`. */
const mayHaveGuards = (records: Records, dialect: Dialect): boolean =>
  dialect.formula_escape && dialect.quote === '"' && mayContain(records, GUARD);

export function cleanCells(records: Records, marks: Marks): void {
  if (marks.byte_order) removeByteOrderMarks(records, marks.quote);
  if (marks.padding) removePadding(records);
  if (marks.guards) removeGuards(records);
}

/** Removes a byte order mark from the first cell of each record. The splitter has read the quotes of a cell such as `\ufeff"A-1"` as text,
 * because they do not follow a delimiter. This function removes these quotes too. */
function removeByteOrderMarks(records: Records, quote: number): void {
  const { bytes, count, first_field, field_start, field_end, field_flags } = records;
  for (let r = 0; r < count; r++) {
    const field = first_field[r] as number;
    const start = field_start[field] as number;
    const after = start + BYTE_ORDER_MARK.length;
    if (after > (field_end[field] as number)) continue;
    if (bytes.compare(BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length, start, after) !== 0) continue;
    field_start[field] = after;
    const last = (field_end[field] as number) - 1;
    if (bytes[after] !== quote || last <= after || bytes[last] !== quote) continue;
    field_start[field] = after + 1;
    field_end[field] = last;
    field_flags[field] = QUOTED | ESCAPED;
  }
}

/** Removes spaces and tabs at both ends of each cell. */
function removePadding({ bytes, count, first_field, field_start, field_end }: Records): void {
  const fields = first_field[count] as number;
  for (let field = 0; field < fields; field++) {
    let start = field_start[field] as number;
    let end = field_end[field] as number;
    while (start < end && isBlankByte(bytes[start] as number)) start++;
    while (end > start && isBlankByte(bytes[end - 1] as number)) end--;
    field_start[field] = start;
    field_end[field] = end;
  }
}

const isBlankByte = (byte: number): boolean => byte === BLANK || byte === TAB;

/** Moves the bounds of guarded cells: `="0017"` becomes `0017`, also inside quotes, where it is written `"=""0017"""`. A cell that starts
 * with an apostrophe stays unchanged, because the apostrophe marks the cell as text. */
function removeGuards(out: Records): void {
  const { bytes, field_start, field_end, field_flags } = out;
  const fields = out.first_field[out.count] as number;
  for (let field = 0; field < fields; field++) {
    const start = field_start[field] as number;
    const end = field_end[field] as number;
    if (bytes[start] !== EQUALS || start >= end || bytes[start - 1] === APOSTROPHE) continue;
    const isQuoted = ((field_flags[field] as number) & QUOTED) !== 0;
    const marks = isQuoted ? 2 : 1;
    if (end - start < 1 + marks * 2) continue;
    const guard = isQuoted ? QUOTED_GUARD : GUARD;
    if (bytes.compare(guard, 0, guard.length, start, start + guard.length) !== 0) continue;
    // A guarded cell with a quote inside its value stays unchanged, because this quote could be escaped twice.
    const closing = bytes.indexOf(DOUBLE_QUOTE, start + guard.length);
    if (closing !== end - marks || (isQuoted && bytes[end - 1] !== DOUBLE_QUOTE)) continue;
    field_start[field] = start + guard.length;
    field_end[field] = end - marks;
    if (!isQuoted) field_flags[field] = (field_flags[field] as number) & ~ESCAPED;
  }
}
