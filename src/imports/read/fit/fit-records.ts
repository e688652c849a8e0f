// Fits records to the width of the file's table (its number of columns) after they were split: missing cells at the end of a record are
// blank, and blank cells after the last column are left out. A record that contains nothing but delimiters and blanks is left out like a
// blank line. Characters that do not belong to the values, such as padding, are removed from the cells (clean-cells.ts).
//
// How a record is fitted depends on the record alone, with one exception: the scan does not fill up a short record whose values do not fit
// their columns, but rejects it. Loaders fill up all records, but do not load those that the scan rejected. Windows whose records all have
// the table's width and nothing to remove are returned unchanged.
import { BLANK, TAB } from "../field-end.ts";
import { createRecords, growFields, growRecords, type Records } from "../records.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { cleanCells, findMarks, type Marks } from "./clean-cells.ts";
import { fitsColumns, type ColumnShapes } from "./column-shapes.ts";

/**
 * Maximum number of fields in one part that `fitRecords` returns. A short record of a wide table becomes thousands of times as long, so a
 * window is returned in parts.
 */
const MAX_PART_FIELDS = 1 << 20;
/** The character with which programs of CP/M and DOS end a file. */
const END_OF_FILE = 0x1a;

export interface RecordFit {
  width: number;
  dialect: Dialect;
  /** The shapes of the columns' values. A short record whose values have other shapes stays short, because a delimiter may be missing
   * inside it. If undefined, all short records are fitted. */
  shapes: ColumnShapes | undefined;
  /** Whether the end-of-file mark of DOS is a record. If false, it is left out like a blank line. */
  keeps_mark: boolean;
  /** The records to which blank cells were added. */
  filled_up: FilledUp;
  /** The fitted records, reused for each window. */
  out: Records;
}

export interface FilledUp {
  count: number;
  /** The lines of the first three records to which blank cells were added. */
  lines: number[];
}

/** Maximum number of elements in `FilledUp.lines`. */
const KEPT_LINES = 3;

export const createFit = (
  width: number,
  dialect: Dialect,
  shapes?: ColumnShapes,
  { keeps_mark = false }: { keeps_mark?: boolean } = {},
): RecordFit => ({
  width,
  dialect,
  keeps_mark,
  // The shapes (kinds of values) show whether a short row lacks a delimiter. Rows from XML and JSON lack only blank cells at their end,
  // so no shapes are needed.
  shapes: dialect.tree === undefined ? shapes : undefined,
  filled_up: { count: 0, lines: [] },
  out: createRecords(),
});

/** Yields the records of a window fitted to the table's width, in one or more parts. A part is valid until the next part is requested. */
export function* fitRecords(records: Records, fit: RecordFit): Generator<Records, void, undefined> {
  const marks = findMarks(records, fit.dialect);
  if (!marks.any && firstUnfit(records, fit) === records.count) {
    yield records;
    return;
  }
  let from = 0;
  while (from < records.count) {
    from = fitPart(records, from, marks, fit, MAX_PART_FIELDS);
    yield fit.out;
  }
}

/** Returns the records of a chunk fitted to the table's width, in one part: a chunk never has more fields than a loader can hold. */
export function fitChunk(records: Records, fit: RecordFit): Records {
  const marks = findMarks(records, fit.dialect);
  if (!marks.any && firstUnfit(records, fit) === records.count) return records;
  fitPart(records, 0, marks, fit, Infinity);
  return fit.out;
}

/** Returns the index of the first record that has another width or is blank, or the number of records if there is none. */
function firstUnfit(records: Records, fit: RecordFit): number {
  const { count, first_field, field_start, field_end, bytes } = records;
  const { width } = fit;
  for (let r = 0; r < count; r++) {
    const first = first_field[r] as number;
    if ((first_field[r + 1] as number) - first !== width) return r;
    const start = field_start[first] as number;
    // Check the first cell first: nearly every record has a value in it, and such a record is not blank.
    if ((start === field_end[first] || (bytes[start] as number) <= BLANK) && isBlankRecord(records, r, fit)) return r;
  }
  return count;
}

/** Fits records from `from` on into `fit.out`, until it has more than `maxFields` fields. @returns the index of the next record */
function fitPart(records: Records, from: number, marks: Marks, fit: RecordFit, maxFields: number): number {
  const { out } = fit;
  out.bytes = records.bytes;
  out.is_ascii = records.is_ascii;
  out.count = 0;
  out.first_field[0] = 0;
  let r = from;
  for (; r < records.count && (out.first_field[out.count] as number) <= maxFields; r++) {
    if (!isBlankRecord(records, r, fit)) copyRecord(records, r, fit);
  }
  cleanCells(out, marks);
  return r;
}

function copyRecord(
  records: Records,
  r: number,
  { out, width, dialect, shapes, filled_up: filledUp }: RecordFit,
): void {
  const first = records.first_field[r] as number;
  const count = (records.first_field[r + 1] as number) - first;
  const to = out.count;
  const target = out.first_field[to] as number;
  const isFaulty = records.fault[r] !== 0;
  let kept = count;
  if (!isFaulty && count > width) while (kept > width && isBlankField(records, first + kept - 1)) kept--;
  if (kept > width) kept = count;
  const isMark = count === 1 && isEndOfFile(records, first);
  const isFitting = isMark || shapes === undefined || fitsColumns(shapes, records, first, kept);
  const isPadded = !isFaulty && kept < width && isFitting;
  const fields = isPadded ? width : kept;
  if (isPadded && !isMark && dialect.tree === undefined && ++filledUp.count <= KEPT_LINES)
    filledUp.lines.push(records.line[r] as number);
  if (to + 1 >= out.start.length) growRecords(out);
  while (target + fields > out.field_start.length) growFields(out);
  out.start[to] = records.start[r] as number;
  out.end[to] = records.end[r] as number;
  out.line[to] = records.line[r] as number;
  out.fault[to] = records.fault[r] as number;
  for (let f = 0; f < kept; f++) {
    out.field_start[target + f] = records.field_start[first + f] as number;
    out.field_end[target + f] = records.field_end[first + f] as number;
    out.field_flags[target + f] = records.field_flags[first + f] as number;
  }
  const end = records.end[r] as number;
  for (let f = kept; f < fields; f++) {
    out.field_start[target + f] = end;
    out.field_end[target + f] = end;
    out.field_flags[target + f] = 0;
  }
  out.first_field[to + 1] = target + fields;
  out.count = to + 1;
}

/**
 * Whether the record contains nothing but delimiters and blanks, or the end-of-file mark of DOS. In a table of one column, a blank line
 * is a record.
 */
function isBlankRecord(records: Records, r: number, { width, keeps_mark }: RecordFit): boolean {
  if (records.fault[r] !== 0) return false;
  const first = records.first_field[r] as number;
  const end = records.first_field[r + 1] as number;
  if (end - first === 1)
    return (!keeps_mark && isEndOfFile(records, first)) || (width > 1 && isBlankField(records, first));
  for (let field = first; field < end; field++) if (!isBlankField(records, field)) return false;
  return true;
}

function isBlankField({ bytes, field_start, field_end }: Records, field: number): boolean {
  const end = field_end[field] as number;
  for (let pos = field_start[field] as number; pos < end; pos++) {
    if (bytes[pos] !== BLANK && bytes[pos] !== TAB) return false;
  }
  return true;
}

function isEndOfFile({ bytes, field_start, field_end }: Records, field: number): boolean {
  const start = field_start[field] as number;
  const end = field_end[field] as number;
  for (let pos = start; pos < end; pos++) if (bytes[pos] !== END_OF_FILE) return false;
  return end > start;
}
