// What a scan has found out about the records of a file, kept for the lanes of the same process, so that they need not split its
// bytes again: a tenth of a worker's time. Within a bound, for files of up to about a million rows; it is never needed.
import type { Chunk } from "../chunk-store.ts";
import { releaseBuffer } from "../../db/binary/release-buffer.ts";
import { growFields, growRecords, type Records } from "../read/records.ts";

/** For all imports of a worker together; a row of three columns takes 44 bytes. */
const MAX_BYTES = 48 << 20;

export interface RecordCache {
  /** For one scan of the import, and its token. */
  begin(importId: number, scanToken: number): RecordNotes;
  /** Fills `records` with those of the chunk in `bytes`; false where that scan's are not known. */
  recall(scan: { import_id: number; scan_token: number }, chunk: Chunk, bytes: Buffer, records: Records): boolean;
  /** Once no lane has a chunk to load, or when the scan came to nothing. */
  drop(importId: number): void;
}

export interface RecordNotes {
  /** Takes the records of one window, which are all that follow those of the last; `offset` is where the window begins. */
  note(records: Records, offset: number): void;
}

/** Records [first_row, first_row + count) of the file, bounds from `offset` on. */
interface Noted {
  first_row: number;
  offset: number;
  first_line: number;
  count: number;
  start: Int32Array;
  end: Int32Array;
  /** From `first_line` on. */
  line: Int32Array;
  fault: Uint8Array;
  first_field: Int32Array;
  field_start: Int32Array;
  field_end: Int32Array;
  field_flags: Uint8Array;
}

export function createRecordCache(maxBytes = MAX_BYTES): RecordCache {
  const kept = new Map<number, Notes>();
  const budget = { left: maxBytes };
  const drop = (importId: number): void => {
    kept.get(importId)?.forget();
    kept.delete(importId);
  };
  return {
    begin(importId, scanToken) {
      drop(importId);
      // What was left, since another worker loads it, makes room first.
      for (const other of kept.keys()) if (budget.left < maxBytes / 2) drop(other);
      const notes = createNotes(scanToken, budget);
      kept.set(importId, notes);
      return notes;
    },
    recall({ import_id, scan_token }, chunk, bytes, records) {
      const notes = kept.get(import_id);
      return notes?.scan_token === scan_token && recallFrom(notes.windows, chunk, bytes, records);
    },
    drop,
  };
}

interface Notes extends RecordNotes {
  scan_token: number;
  windows: Noted[];
  forget(): void;
}

function createNotes(scanToken: number, budget: { left: number }): Notes {
  let rows = 0;
  let bytes = 0;
  let gaveUp = false;
  const notes: Notes = {
    scan_token: scanToken,
    windows: [],
    note(records, offset) {
      if (gaveUp || records.count === 0) return;
      const noted = copyOf(records, rows, offset);
      rows += records.count;
      const size = arraysOf(noted).reduce((sum, array) => sum + array.byteLength, 0);
      notes.windows.push(noted);
      bytes += size;
      budget.left -= size;
      if (budget.left < 0) notes.forget();
    },
    forget() {
      gaveUp = true;
      for (const array of notes.windows.flatMap(arraysOf)) releaseBuffer(array);
      notes.windows = [];
      budget.left += bytes;
      bytes = 0;
    },
  };
  return notes;
}

const arraysOf = (noted: Noted): (Int32Array | Uint8Array)[] => [
  ...[noted.start, noted.end, noted.line, noted.first_field, noted.field_start, noted.field_end],
  ...[noted.fault, noted.field_flags],
];

function copyOf(records: Records, firstRow: number, offset: number): Noted {
  const { count } = records;
  const fields = records.first_field[count] as number;
  const firstLine = records.line[0] as number;
  return {
    ...{ first_row: firstRow, offset, first_line: firstLine, count },
    start: records.start.slice(0, count),
    end: records.end.slice(0, count),
    line: linesFrom(firstLine, records),
    fault: records.fault.slice(0, count),
    first_field: records.first_field.slice(0, count + 1),
    field_start: records.field_start.slice(0, fields),
    field_end: records.field_end.slice(0, fields),
    field_flags: records.field_flags.slice(0, fields),
  };
}

function linesFrom(firstLine: number, { line, count }: Records): Int32Array {
  const lines = new Int32Array(count);
  for (let r = 0; r < count; r++) lines[r] = (line[r] as number) - firstLine;
  return lines;
}

function recallFrom(windows: readonly Noted[], chunk: Chunk, bytes: Buffer, out: Records): boolean {
  const from = chunk.first_row - 1;
  const to = from + chunk.records;
  out.bytes = bytes;
  out.count = 0;
  out.first_field[0] = 0;
  for (const noted of windows) {
    const first = Math.max(from - noted.first_row, 0);
    const end = Math.min(to - noted.first_row, noted.count);
    if (first < end) append(noted, first, end, noted.offset - chunk.byte_start, out);
  }
  // Of another scan of this file, whose chunks were cut elsewhere: not what is asked for.
  return out.count === chunk.records && out.start[0] === 0;
}

/** Puts records [first, end) behind those in `out`. `shift`: from offsets in the window to offsets in the chunk. */
function append(noted: Noted, first: number, end: number, shift: number, out: Records): void {
  const toRecord = out.count;
  const toField = out.first_field[toRecord] as number;
  const firstField = noted.first_field[first] as number;
  const fields = (noted.first_field[end] as number) - firstField;
  while (out.start.length < toRecord + end - first) growRecords(out);
  while (out.field_start.length < toField + fields) growFields(out);
  for (let r = first, to = toRecord; r < end; r++, to++) {
    out.start[to] = (noted.start[r] as number) + shift;
    out.end[to] = (noted.end[r] as number) + shift;
    out.line[to] = noted.first_line + (noted.line[r] as number);
    out.fault[to] = noted.fault[r] as number;
    out.first_field[to + 1] = (noted.first_field[r + 1] as number) - firstField + toField;
  }
  for (let f = 0; f < fields; f++) {
    out.field_start[toField + f] = (noted.field_start[firstField + f] as number) + shift;
    out.field_end[toField + f] = (noted.field_end[firstField + f] as number) + shift;
  }
  out.field_flags.set(noted.field_flags.subarray(firstField, firstField + fields), toField);
  out.count = toRecord + end - first;
}
