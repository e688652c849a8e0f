// What a scan has found out about the records of a file, kept for the lanes of the same process, so that they need not split its
// bytes again: a tenth of a worker's time. Within a bound, for files of up to about a million rows; it is never needed.
import type { Chunk } from "../chunk-store.ts";
import { giveBack } from "../../db/binary/release-buffer.ts";
import { growFields, growRecords } from "../read/grow-records.ts";
import type { Records } from "../read/records.ts";

/** For all imports of a worker together; a row of three columns takes 44 bytes. */
const MAX_BYTES = 48 << 20;

export interface KnownRecords {
  /** For one scan of the import, and its token. */
  begin(import_id: number, scan_token: number): RecordNotes;
  /** Fills `records` with those of the chunk in `bytes`; false where that scan's are not known. */
  recall(scan: { import_id: number; scan_token: number }, chunk: Chunk, bytes: Buffer, records: Records): boolean;
  /** Once no lane has a chunk to load, or when the scan came to nothing. */
  drop(import_id: number): void;
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

export function createKnownRecords(max_bytes = MAX_BYTES): KnownRecords {
  const kept = new Map<number, Notes>();
  const budget = { left: max_bytes };
  const drop = (import_id: number): void => {
    kept.get(import_id)?.forget();
    kept.delete(import_id);
  };
  return {
    begin(import_id, scan_token) {
      drop(import_id);
      // What was left, since another worker loads it, makes room first.
      for (const other of kept.keys()) if (budget.left < max_bytes / 2) drop(other);
      const notes = createNotes(scan_token, budget);
      kept.set(import_id, notes);
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

function createNotes(scan_token: number, budget: { left: number }): Notes {
  let rows = 0;
  let bytes = 0;
  let gave_up = false;
  const notes: Notes = {
    scan_token,
    windows: [],
    note(records, offset) {
      if (gave_up || records.count === 0) return;
      const noted = copyOf(records, rows, offset);
      rows += records.count;
      const size = arraysOf(noted).reduce((sum, array) => sum + array.byteLength, 0);
      notes.windows.push(noted);
      bytes += size;
      budget.left -= size;
      if (budget.left < 0) notes.forget();
    },
    forget() {
      gave_up = true;
      for (const array of notes.windows.flatMap(arraysOf)) giveBack(array);
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

function copyOf(records: Records, first_row: number, offset: number): Noted {
  const { count } = records;
  const fields = records.first_field[count] as number;
  const first_line = records.line[0] as number;
  return {
    ...{ first_row, offset, first_line, count },
    start: records.start.slice(0, count),
    end: records.end.slice(0, count),
    line: linesFrom(first_line, records),
    fault: records.fault.slice(0, count),
    first_field: records.first_field.slice(0, count + 1),
    field_start: records.field_start.slice(0, fields),
    field_end: records.field_end.slice(0, fields),
    field_flags: records.field_flags.slice(0, fields),
  };
}

function linesFrom(first_line: number, { line, count }: Records): Int32Array {
  const lines = new Int32Array(count);
  for (let r = 0; r < count; r++) lines[r] = (line[r] as number) - first_line;
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
  const to_record = out.count;
  const to_field = out.first_field[to_record] as number;
  const first_field = noted.first_field[first] as number;
  const fields = (noted.first_field[end] as number) - first_field;
  while (out.start.length < to_record + end - first) growRecords(out);
  while (out.field_start.length < to_field + fields) growFields(out);
  for (let r = first, to = to_record; r < end; r++, to++) {
    out.start[to] = (noted.start[r] as number) + shift;
    out.end[to] = (noted.end[r] as number) + shift;
    out.line[to] = noted.first_line + (noted.line[r] as number);
    out.fault[to] = noted.fault[r] as number;
    out.first_field[to + 1] = (noted.first_field[r + 1] as number) - first_field + to_field;
  }
  for (let f = 0; f < fields; f++) {
    out.field_start[to_field + f] = (noted.field_start[first_field + f] as number) + shift;
    out.field_end[to_field + f] = (noted.field_end[first_field + f] as number) + shift;
  }
  out.field_flags.set(noted.field_flags.subarray(first_field, first_field + fields), to_field);
  out.count = to_record + end - first;
}
