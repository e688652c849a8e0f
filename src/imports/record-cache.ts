// Caches the record bounds that a scan finds, so that the loaders of the same process need not split the bytes again, which would
// take a tenth of a worker's time. The cache has a limited size, which is enough for about a million rows. A miss only costs
// time.
import type { Chunk } from "./chunk-store.ts";
import { releaseBuffer } from "../db/binary/release-buffer.ts";
import { growFields, growRecords, type Records } from "./read/records.ts";

/** Maximum number of bytes for all imports of a worker together. A row of three columns takes 44 bytes. */
const MAX_BYTES = 48 << 20;

export interface RecordCache {
  /** Starts caching the records of one scan and discards those of the import's earlier scans.
   * @param textSize number of bytes of the text, if known. As soon as the records show that the cache cannot hold those of the whole text, it
   * discards them and caches no more */
  begin(importId: number, scanToken: number, textSize?: number): RecordCacheWriter;
  /** Fills `records` with the records of the chunk, whose bytes are in `bytes`. @returns false if they are not cached */
  get(scan: { import_id: number; scan_token: number }, chunk: Chunk, bytes: Buffer, records: Records): boolean;
  /** Discards the records of an import that no loader needs any more. */
  drop(importId: number): void;
}

export interface RecordCacheWriter {
  /** Adds the records of the next window of bytes. `offset` is the window's start in the text. */
  put(records: Records, offset: number): void;
}

/** Records [first_row, first_row + count) of the file. Their bounds are relative to `offset`. */
interface CachedWindow {
  first_row: number;
  offset: number;
  first_line: number;
  count: number;
  start: Int32Array;
  end: Int32Array;
  /** Line of each record, relative to `first_line`. */
  line: Int32Array;
  fault: Uint8Array;
  first_field: Int32Array;
  field_start: Int32Array;
  field_end: Int32Array;
  field_flags: Uint8Array;
}

export function createRecordCache(maxBytes = MAX_BYTES): RecordCache {
  const entries = new Map<number, CacheEntry>();
  const budget = { left: maxBytes };
  const drop = (importId: number): void => {
    entries.get(importId)?.clear();
    entries.delete(importId);
  };
  return {
    begin(importId, scanToken, textSize) {
      drop(importId);
      // Evict the oldest imports first. If another worker loads an import that was scanned here, this process never calls `drop` for it.
      for (const oldest of entries.keys()) if (budget.left < maxBytes / 2) drop(oldest);
      const entry = createEntry(scanToken, textSize, budget);
      entries.set(importId, entry);
      return entry;
    },
    get({ import_id, scan_token }, chunk, bytes, records) {
      const entry = entries.get(import_id);
      return entry?.scan_token === scan_token && readWindows(entry.windows, chunk, bytes, records);
    },
    drop,
  };
}

interface CacheEntry extends RecordCacheWriter {
  scan_token: number;
  windows: CachedWindow[];
  clear(): void;
}

function createEntry(scanToken: number, textSize: number | undefined, budget: { left: number }): CacheEntry {
  let rows = 0;
  let bytes = 0;
  /** Number of bytes of the text whose records are cached. */
  let textBytes = 0;
  let isClosed = false;
  const entry: CacheEntry = {
    scan_token: scanToken,
    windows: [],
    put(records, offset) {
      if (isClosed || records.count === 0) return;
      const window = copyOf(records, rows, offset);
      rows += records.count;
      const size = arraysOf(window).reduce((sum, array) => sum + array.byteLength, 0);
      entry.windows.push(window);
      bytes += size;
      budget.left -= size;
      textBytes += (records.end[records.count - 1] as number) - (records.start[0] as number);
      const needed = textSize === undefined ? bytes : (bytes / Math.max(textBytes, 1)) * textSize;
      if (needed > bytes + budget.left) entry.clear();
    },
    clear() {
      isClosed = true;
      for (const array of entry.windows.flatMap(arraysOf)) releaseBuffer(array);
      entry.windows = [];
      budget.left += bytes;
      bytes = 0;
    },
  };
  return entry;
}

const arraysOf = (window: CachedWindow): (Int32Array | Uint8Array)[] => [
  window.start,
  window.end,
  window.line,
  window.fault,
  window.first_field,
  window.field_start,
  window.field_end,
  window.field_flags,
];

function copyOf(records: Records, firstRow: number, offset: number): CachedWindow {
  const { count } = records;
  const fields = records.first_field[count] as number;
  const firstLine = records.line[0] as number;
  return {
    first_row: firstRow,
    offset,
    first_line: firstLine,
    count,
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

function readWindows(windows: readonly CachedWindow[], chunk: Chunk, bytes: Buffer, out: Records): boolean {
  const from = chunk.first_row - 1;
  const to = from + chunk.records;
  out.bytes = bytes;
  out.count = 0;
  out.first_field[0] = 0;
  for (const window of windows) {
    const first = Math.max(from - window.first_row, 0);
    const end = Math.min(to - window.first_row, window.count);
    if (first < end) append(window, first, end, window.offset - chunk.byte_start, out);
  }
  // Return false if the cache lacks records of the chunk, or if the chunk does not start at a cached record.
  return out.count === chunk.records && out.start[0] === 0;
}

/** Appends records [first, end) of the window to `out`. `shift` converts offsets in the window to offsets in the chunk. */
function append(window: CachedWindow, first: number, end: number, shift: number, out: Records): void {
  const toRecord = out.count;
  const toField = out.first_field[toRecord] as number;
  const firstField = window.first_field[first] as number;
  const fields = (window.first_field[end] as number) - firstField;
  while (out.start.length < toRecord + end - first) growRecords(out);
  while (out.field_start.length < toField + fields) growFields(out);
  for (let r = first, to = toRecord; r < end; r++, to++) {
    out.start[to] = (window.start[r] as number) + shift;
    out.end[to] = (window.end[r] as number) + shift;
    out.line[to] = window.first_line + (window.line[r] as number);
    out.fault[to] = window.fault[r] as number;
    out.first_field[to + 1] = (window.first_field[r + 1] as number) - firstField + toField;
  }
  for (let f = 0; f < fields; f++) {
    out.field_start[toField + f] = (window.field_start[firstField + f] as number) + shift;
    out.field_end[toField + f] = (window.field_end[firstField + f] as number) + shift;
  }
  out.field_flags.set(window.field_flags.subarray(firstField, firstField + fields), toField);
  out.count = toRecord + end - first;
}
