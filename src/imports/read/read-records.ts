// Reads a file on disk through one reused window, so that memory never contains a whole file. `openTable` finds where the records start and
// which columns they have; `readRecords` reads all of them, or those of a range of bytes.
import type { Column, Dialect, RejectCode } from "../../../contract/imports/imports.ts";
import { matchColumns, unnamedColumns } from "./columns/match-columns.ts";
import { padded, readHeader, type Heading } from "./columns/read-header.ts";
import { recordTexts } from "./field-text.ts";
import { lastCell } from "./fit/last-cell.ts";
import { otherHeaders, type HeaderLine } from "./fit/other-headers.ts";
import { findSecondTable } from "./fit/second-table.ts";
import { namedHeader, sampleRows, withoutGuard } from "./fit/sample-table.ts";
import { createRecords, RECORD_FAULTS, type Records } from "./records.ts";
import { countLineEnds, lineEndBytes, skipPreamble } from "./skip-lines.ts";
import { readFully, type TextFile } from "./text/text-file.ts";
import type { Entries } from "./tree/lookup-entries.ts";
import { splitRecords } from "./split-records.ts";
import { createSplitter, type Splitter } from "./splitter.ts";
import { bomLength } from "./text/transcode.ts";

/** Number of bytes at the start of a file from which its dialect is detected. */
export const HEAD_BYTES = 262_144;
/** Initial size of the window. 1 MB is split in 2 ms: it is large enough that the cost of a call does not matter, and small
 * enough for the processor's cache. */
const WINDOW_BYTES = 1_048_576;
/** Maximum size of the window. The splitter never needs more than 3 MB: a record, a quoted field that begins just before the record
 * becomes too long, and the blanks after that field, each at most MAX_RECORD_BYTES long. */
const MAX_WINDOW_BYTES = 8 * WINDOW_BYTES;
/** Factor by which the window grows if it is too small for a record; the record is then split again. One such step is enough for
 * the longest record. */
const GROWTH = 4;

/** The table in a UTF-8 file: where its records start, and its columns. */
export interface Table {
  /** Offset of the first record below the header. */
  start: number;
  /** Line on which the first record below the header starts. */
  first_line: number;
  /** Size of the file in bytes. */
  size: number;
  /** The header's unmodified cells, without unnamed cells at its end; empty if the file has no header. */
  header: string[];
  /** The line on which the header starts. */
  header_line: number;
  /** The lines around the header that a profile may recognize as the header. */
  other_headers: HeaderLine[];
  /** The fault in the header's form, if any. If there is one, `header` and `columns` are only guesses. */
  header_fault: RejectCode | null;
  columns: Column[];
  /** The last filled cell of a header with too many columns; otherwise null. */
  last_cell: { column: number; text: string } | null;
  /** The cells of the first rows; a row may have more or fewer cells than there are columns. */
  rows: string[][];
  /** The line on which a second table seems to begin, after a blank line; null if the first rows contain no second table. */
  second_table: number | null;
  /** Entries of lookup tables from outside the records of an XML or JSON file, if the reader of the whole file has read them. */
  entries?: Entries | undefined;
  /** Whether a blank line counts as a record. It does in a table of one column. */
  blank_is_record: boolean;
  /** True if the client has named the columns of a file with records of several kinds. The kinds differ in their number of cells. */
  has_kinds?: boolean;
}

export interface RecordWindow {
  /** The records of the window, valid until the next window is requested. */
  records: Records;
  /** Offset of the window in the file: record r starts at offset + records.start[r]. */
  offset: number;
}

/** Finds the table in a UTF-8 file, which is the received file or its transcoded copy. */
export async function openTable(
  file: TextFile,
  dialect: Dialect,
  signal?: AbortSignal,
  heading: Heading = {},
): Promise<Table> {
  const { size } = await file.stat();
  const mark = Buffer.alloc(3);
  await readFully(file, mark, 0, 0);
  const start = await skipPreamble(file, bomLength(mark, "utf-8"), dialect, signal);
  // An XML or JSON file has no header line. The table converted from it has one. Count it as line 0, so that the records keep the line
  // numbers of the source file.
  const firstLine = dialect.tree === undefined ? dialect.preamble + 1 : 0;
  const table = tableWithoutColumns(start, firstLine, size);
  const splitter = createSplitter(dialect, firstLine);
  for await (const { records, offset } of readRecords(file, splitter, start, wholeExtent(size), signal)) {
    if (records.count === 0) continue;
    const width = recordTexts(records, 0, dialect).length;
    const blankIsRecord = isBlankRecord(width, dialect);
    if (!dialect.header) {
      const rows = sampleRows(records, 0, dialect);
      const named = namedWidth(heading.header_names ?? [], width, rows);
      const names = heading.header_names?.slice(0, named) ?? [];
      const columns = names.length > 0 ? matchColumns(padded(names, named), rows) : unnamedColumns(width);
      return {
        ...table,
        columns,
        rows,
        blank_is_record: isBlankRecord(named, dialect),
        ...(named > width ? { has_kinds: true } : {}),
      };
    }
    const { cells, last, data } = readHeader(records, dialect, heading);
    const first = data < records.count ? data : last + 1;
    const rows = sampleRows(records, first, dialect);
    const end = records.end[last] as number;
    const fault = recordFault(records, 0);
    const headerBytes = records.bytes.subarray(records.start[last], end);
    const breaks = splitter.counts_breaks ? countLineEnds(headerBytes, splitter.cr_ends) : 0;
    const lineEnd = await lineEndBytes(file, offset + end, splitter);
    const names = cells.map((cell) => withoutGuard(cell, dialect));
    const header = fault === null ? namedHeader(names, rows) : names;
    const columns = matchColumns(header, rows);
    const found = {
      ...table,
      header,
      header_line: records.line[0] as number,
      other_headers: await otherHeaders(file, dialect, { mark: bomLength(mark, "utf-8"), start, records, last }),
      header_fault: fault,
      columns,
      second_table: dialect.tree === undefined ? findSecondTable(records, first, columns, dialect) : null,
      last_cell: fault === "too_many_fields" ? lastCell(records, 0, splitter) : null,
      rows,
      blank_is_record: blankIsRecord,
    };
    // If the header is too long, its end is unknown, so no records are read after it.
    if (fault === "record_too_long") return { ...found, start: size };
    if (data < records.count)
      return { ...found, start: offset + (records.start[data] as number), first_line: records.line[data] as number };
    return { ...found, start: offset + end + lineEnd, first_line: (records.line[last] as number) + breaks + 1 };
  }
  // The file has only blank lines. Treat it as a table of one column without a name.
  return { ...table, columns: unnamedColumns(start < size ? 1 : 0), blank_is_record: true };
}

/** Returns the number of columns of a table without a header. If all sampled records have the same number of cells, returns this number.
 * Otherwise, some records are short or of another kind: returns the number of names or the number of cells of the first record,
 * whichever is larger.
 * @param names the column names that the options or the profile contain (`header_names`)
 * @param width number of cells of the first record
 * @param rows the cells of the sampled records */
const namedWidth = (names: readonly string[], width: number, rows: readonly (readonly string[])[]): number =>
  rows.every((cells) => cells.length === width) ? width : Math.max(width, names.length);

const tableWithoutColumns = (start: number, firstLine: number, size: number): Table => ({
  start,
  first_line: firstLine,
  size,
  header: [],
  header_line: firstLine,
  other_headers: [],
  header_fault: null,
  columns: [],
  last_cell: null,
  rows: [],
  second_table: null,
  blank_is_record: false,
});

/** Whether a blank line is a record. In the text of a sheet, a blank line is not a record: it stands for a row without cells. */
export const isBlankRecord = (columns: number, { line_ending }: Dialect): boolean =>
  columns === 1 && line_ending !== "row";

/** The part of a file that can be read so far. */
export interface Extent {
  end: number;
  /** Whether the file ends at `end`. False while its upload continues. */
  whole: boolean;
  /** Resolves when `end` or `whole` has changed. */
  grow(): Promise<void>;
}

/** Returns the extent of a file that has been received completely, and therefore does not grow. */
export const wholeExtent = (end: number): Extent => ({ end, whole: true, grow: () => Promise.resolve() });

/**
 * Reads the records in bytes [start, extent.end) of the file, a window at a time. Both bounds are record starts, or the file's
 * end. The caller creates `splitter` for the line at `start`; at the end its `line` is the line after the last record.
 * Throws the file system's errors, and an Error if the file has become shorter in the meantime.
 */
export async function* readRecords(
  file: TextFile,
  splitter: Splitter,
  start: number,
  extent: Extent,
  signal?: AbortSignal,
): AsyncGenerator<RecordWindow> {
  const records = createRecords();
  let window = Buffer.allocUnsafe(extent.whole ? Math.min(WINDOW_BYTES, extent.end - start) : WINDOW_BYTES);
  let spare = window;
  let offset = start;
  let filled = 0;
  for (;;) {
    signal?.throwIfAborted();
    while (!extent.whole && extent.end - offset < window.length) await extent.grow();
    const { end } = extent;
    if (offset >= end) return;
    filled += await readFully(file, window.subarray(0, Math.min(window.length, end - offset)), filled, offset + filled);
    const atEnd = extent.whole && offset + filled === end;
    if (!atEnd && filled < window.length)
      throw new Error(`The file ends at byte ${String(offset + filled)}, not at ${String(end)}`);
    const consumed = splitRecords(splitter, { bytes: window, from: 0, to: filled, at_end: atEnd }, records);
    const next = offset + consumed;
    const kept = filled - consumed;
    // Read the next window while the caller works on this one. Otherwise the processor would be idle for a fifth of the scan.
    let ahead: Promise<number> | undefined;
    if (!atEnd && consumed > 0 && (extent.whole || extent.end - next >= window.length)) {
      if (spare === window || spare.length !== window.length) spare = Buffer.allocUnsafe(window.length);
      window.copy(spare, 0, consumed, filled);
      ahead = readFully(file, spare.subarray(0, Math.min(spare.length, extent.end - next)), kept, next + kept);
      // The code below awaits `ahead` and throws its error. Without this handler, Node could report an earlier error as unhandled.
      ahead.catch(() => undefined);
    }
    try {
      // Also yield windows without records, so that the caller can report progress or stop even in a gigabyte of blank lines.
      yield { records, offset };
    } finally {
      // Wait until the next bytes have been read: the caller may close the file after this window.
      await ahead?.catch(() => undefined);
    }
    if (atEnd) return;
    if (ahead !== undefined) {
      filled = kept + (await ahead);
      [window, spare] = [spare, window];
      offset = next;
    } else if (consumed === 0) {
      if (window.length >= MAX_WINDOW_BYTES) throw new Error(`No record ends within ${String(window.length)} bytes`);
      const larger = Buffer.allocUnsafe(Math.min(window.length * GROWTH, MAX_WINDOW_BYTES));
      window.copy(larger, 0, 0, filled);
      window = larger;
    } else {
      window.copyWithin(0, consumed, filled);
      filled = kept;
      offset = next;
    }
  }
}

export function recordFault(records: Records, record: number): RejectCode | null {
  return RECORD_FAULTS[records.fault[record] as number] ?? null;
}
