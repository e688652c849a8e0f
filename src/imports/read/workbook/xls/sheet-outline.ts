// Reads what must be known before the first row of a sheet: its merged cells, and whether its cells are in the order of their rows.
import { brokenWorkbook, truncated } from "../broken-workbook.ts";
import type { MergedRange } from "../merged/read-merged.ts";
import { MAX_FIELDS } from "../../split-records.ts";
import { cellsOf, isCell, type Band } from "./cell-records.ts";
import { MAX_COLUMNS } from "./row-collector.ts";
import { RECORD, RecordReader, type RecordSource } from "./record-reader.ts";
import type { XlsSheet } from "./read-globals.ts";

/** Row numbers have 16 bits. */
const MAX_ROWS = 65_536;
/** Number of cells that are read at a time if they are not in order. They are in memory at the same time, as are blank cells before them. */
const CELLS_AT_ONCE = 200_000;
const RANGE_BYTES = 8;
/** Maximum number of merged ranges in all sheets of a workbook. Each takes about 60 bytes of memory until the workbook is closed. */
export const MAX_RANGES = 500_000;

export interface SheetOutline {
  ranges: MergedRange[];
  /** The rows that are read at a time. Undefined if the cells are in the order of their rows: then all rows are read at once. */
  bands: Band[] | undefined;
}

/** Calls `onRecord` for each record of the sheet, except those of charts in it. Yields after each window of records, and when
 * `onRecord` returns true.
 * @throws Problem broken-workbook if the sheet has no end */
export async function* sheetRecords(
  source: RecordSource,
  { name, start, end }: XlsSheet,
  onRecord: (reader: RecordReader) => boolean,
): AsyncGenerator<undefined> {
  const reader = new RecordReader(source, start, end);
  let depth = 0;
  while (await reader.load()) {
    while (reader.next()) {
      if (reader.type === RECORD.BOF) depth++;
      else if (depth === 0)
        throw brokenWorkbook(`Its sheet "${truncated(name)}" is not where the list of sheets states.`);
      else if (reader.type === RECORD.EOF) depth--;
      else if (depth === 1 && onRecord(reader)) yield;
      if (depth === 0) return;
    }
    yield;
  }
  throw brokenWorkbook(`It is incomplete: its sheet "${truncated(name)}" has no end.`);
}

/** @param room how many more merged ranges the sheets of the workbook may have; reduced by those of this sheet
 * @throws Problem broken-workbook if the sheet has more of them */
export async function readOutline(
  source: RecordSource,
  sheet: XlsSheet,
  room: { ranges: number },
): Promise<SheetOutline> {
  const ranges: MergedRange[] = [];
  const widths = new Uint16Array(MAX_ROWS);
  const rows = { last: 0, are_in_order: true };
  const records = sheetRecords(source, sheet, (reader) => {
    if (reader.type === RECORD.MERGEDCELLS) readRanges(reader, ranges, room);
    if (!isCell(reader.type)) return false;
    reader.require(6);
    const row = reader.bytes.readUInt16LE(reader.at);
    const width = reader.bytes.readUInt16LE(reader.at + 2) + cellsOf(reader);
    widths[row] = Math.max(widths[row] as number, Math.min(width, MAX_COLUMNS));
    if (row < rows.last) rows.are_in_order = false;
    rows.last = row;
    return false;
  });
  while ((await records.next()).done !== true);
  return { ranges, bands: rows.are_in_order ? undefined : bandsOf(widths) };
}

/** Divides the rows into bands of about CELLS_AT_ONCE cells. */
function bandsOf(widths: Uint16Array): Band[] {
  const bands: Band[] = [];
  let first = 0;
  let cells = 0;
  for (let row = 0; row < MAX_ROWS; row++) {
    cells += widths[row] as number;
    if (cells < CELLS_AT_ONCE && row < MAX_ROWS - 1) continue;
    bands.push({ first, last: row });
    first = row + 1;
    cells = 0;
  }
  return bands;
}

function readRanges(reader: RecordReader, ranges: MergedRange[], room: { ranges: number }): void {
  const { bytes, at, length } = reader;
  for (let i = 2; i + RANGE_BYTES <= length; i += RANGE_BYTES) {
    const [top, bottom, left, right] = [0, 2, 4, 6].map((offset) => bytes.readUInt16LE(at + i + offset)) as [
      number,
      number,
      number,
      number,
    ];
    if (bottom < top || right < left || left >= MAX_FIELDS || (top === bottom && left === right)) continue;
    if (room.ranges-- === 0)
      throw brokenWorkbook(`Its sheets have more than ${MAX_RANGES.toLocaleString("en")} merged ranges.`);
    ranges.push({ top: top + 1, bottom: bottom + 1, left, right: Math.min(right, MAX_FIELDS - 1) });
  }
}
