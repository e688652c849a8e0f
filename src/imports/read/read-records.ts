// A file on disk, window by window: opens the table in it (what stands before the first record, and the header), and reads
// its records, all or those of a range of bytes. The window is one buffer, used again; a file is never held in memory.
import { open } from "node:fs/promises";
import type { Column, Dialect, DialectOverrides, RejectCode } from "../../../contract/imports/imports.ts";
import { detectDialect } from "./detect/detect-dialect.ts";
import { CR, LF, lineEndLength } from "./field-end.ts";
import { matchColumns, unnamedColumns } from "./columns/match-columns.ts";
import { RECORD_FAULTS, type Records } from "./records.ts";
import { createRecords, createSplitter, recordTexts, splitRecords, type Splitter } from "./split-records.ts";
import { bomLength } from "./text/transcode.ts";

/** What detection looks at. */
export const HEAD_BYTES = 262_144;
/** 1 MB splits in 2 ms: large enough that calls do not count, small enough to stay in the processor's cache. */
const WINDOW_BYTES = 1_048_576;
/** More than the splitter ever asks for: a record, the quoted field it may end in, and the blanks behind that. */
const MAX_WINDOW_BYTES = 8 * WINDOW_BYTES;
/** The bytes of a window that was too small are split again: one step of growth reaches what the longest record needs. */
const GROWTH = 4;

/** Where a table's records stand in a file of UTF-8. */
export interface Table {
  /** Offset and line of the first record below the header. */
  start: number;
  first_line: number;
  /** Bytes of the file. */
  size: number;
  /** The header's cells as they stand; empty without a header. */
  header: string[];
  /** The line on which the header starts. */
  header_line: number;
  /** What is wrong with the header's form; its cells are then a guess and so are the columns. */
  header_fault: RejectCode | null;
  columns: Column[];
  /** A blank line is a record where there is but one column. */
  keep_blank: boolean;
}

/** What is read of a file, which may be one in memory. */
export interface TextFile {
  stat(): Promise<{ size: number }>;
  read(target: Buffer, at: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

export interface Batch {
  /** Valid until the next batch is asked for. */
  records: Records;
  /** Offset in the file of the window's first byte: record r starts at offset + records.start[r]. */
  offset: number;
}

/** Detects how the file at `path` is written. Throws what the file system throws. */
export async function detectFile(path: string, overrides: DialectOverrides): Promise<Dialect> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.allocUnsafe(Math.min(HEAD_BYTES, size));
    const length = await readFully(file, head, 0, 0);
    return detectDialect(head.subarray(0, length), length === size, overrides);
  } finally {
    await file.close();
  }
}

/** Finds the table in a file of UTF-8: the file itself, or what `transcode` made of it. */
export async function openTable(file: TextFile, dialect: Dialect, signal?: AbortSignal): Promise<Table> {
  const { size } = await file.stat();
  const mark = Buffer.alloc(3);
  await readFully(file, mark, 0, 0);
  const start = await skipPreamble(file, bomLength(mark, "utf-8"), dialect, signal);
  const table: Table = {
    ...{ start, size, first_line: dialect.preamble + 1 },
    ...{ header: [], header_line: dialect.preamble + 1, header_fault: null, columns: [], keep_blank: false },
  };
  const splitter = createSplitter(dialect, table.first_line);
  for await (const { records, offset } of readRecords(file, splitter, start, wholeExtent(size), signal)) {
    if (records.count === 0) continue;
    const cells = recordTexts(records, 0, dialect);
    const keepBlank = cells.length === 1;
    if (!dialect.header) return { ...table, columns: unnamedColumns(cells.length), keep_blank: keepBlank };
    const end = records.end[0] as number;
    const headerFault = recordFault(records, 0);
    const headerLine = records.line[0] as number;
    const breaks = countLineEnds(records.bytes.subarray(records.start[0], end), splitter.cr_ends);
    return {
      ...{
        size,
        header: cells,
        header_line: headerLine,
        header_fault: headerFault,
        columns: matchColumns(cells),
        keep_blank: keepBlank,
      },
      // The end of a header that is too long is not known: there is no table below it.
      start:
        headerFault === "record_too_long" ? size : offset + end + (await lineEndBytes(file, offset + end, splitter)),
      first_line: headerLine + breaks + 1,
    };
  }
  // Nothing but blank lines: a table of one column without a name.
  return { ...table, columns: unnamedColumns(start < size ? 1 : 0), keep_blank: true };
}

/** How far a file can be read by now. */
export interface Extent {
  end: number;
  /** Whether the file ends there; else it still grows. */
  whole: boolean;
  /** Waits for `end` or `whole` to change. */
  grow(): Promise<void>;
}

/** All of a file that is complete. */
export const wholeExtent = (end: number): Extent => ({ end, whole: true, grow: () => Promise.resolve() });

/**
 * Reads the records of bytes [start, extent.end) of the file, which begin and end at record starts (or with the file), in batches
 * of about a megabyte. `splitter` is one made for the line at `start`; afterwards its `line` is that behind the last.
 * Throws what the file system throws, and an Error when the file has become shorter meanwhile.
 */
export async function* readRecords(
  file: TextFile,
  splitter: Splitter,
  start: number,
  extent: Extent,
  signal?: AbortSignal,
): AsyncGenerator<Batch> {
  const records = createRecords();
  let window = Buffer.allocUnsafe(extent.whole ? Math.min(WINDOW_BYTES, extent.end - start) : WINDOW_BYTES);
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
    const consumed = splitRecords(splitter, window, 0, filled, atEnd, records);
    // Also without a record: so a caller learns of progress, and can stop, in a gigabyte of blank lines.
    yield { records, offset };
    if (atEnd) return;
    if (consumed === 0) {
      if (window.length >= MAX_WINDOW_BYTES) throw new Error(`No record ends within ${String(window.length)} bytes`);
      const larger = Buffer.allocUnsafe(Math.min(window.length * GROWTH, MAX_WINDOW_BYTES));
      window.copy(larger, 0, 0, filled);
      window = larger;
    } else {
      window.copyWithin(0, consumed, filled);
      filled -= consumed;
      offset += consumed;
    }
  }
}

export function recordFault(records: Records, record: number): RejectCode | null {
  return RECORD_FAULTS[records.fault[record] as number] ?? null;
}

/** Offset behind the preamble's lines. */
async function skipPreamble(
  file: TextFile,
  from: number,
  dialect: Dialect,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (dialect.preamble === 0) return from;
  const { cr_ends } = createSplitter(dialect, 1);
  const window = Buffer.allocUnsafe(65_536);
  let line = 0;
  let afterCr = false;
  for (let offset = from; line < dialect.preamble || afterCr;) {
    signal?.throwIfAborted();
    const length = await readFully(file, window, 0, offset);
    for (let pos = 0; pos < length; pos++) {
      const byte = window[pos];
      // An LF behind a CR is the same line end, also where a window ends between them.
      if (afterCr && byte === LF) {
        afterCr = false;
        if (line === dialect.preamble) return offset + pos + 1;
        continue;
      }
      if (line === dialect.preamble) return offset + pos;
      afterCr = byte === CR && cr_ends;
      if (byte === LF || afterCr) line++;
      if (line === dialect.preamble && !afterCr) return offset + pos + 1;
    }
    if (length < window.length) return offset + length;
    offset += length;
  }
  return from;
}

async function lineEndBytes(file: TextFile, at: number, splitter: Splitter): Promise<number> {
  const next = Buffer.alloc(2);
  return lineEndLength(next, 0, await readFully(file, next, 0, at), splitter.cr_ends);
}

function countLineEnds(bytes: Buffer, crEnds: boolean): number {
  let count = 0;
  for (let pos = 0; pos < bytes.length; pos++) {
    if (bytes[pos] === LF || (bytes[pos] === CR && crEnds && bytes[pos + 1] !== LF)) count++;
  }
  return count;
}

/** Fills `target` from `at` on with the file's bytes from `position` on; fewer only where the file ends. */
async function readFully(file: TextFile, target: Buffer, at: number, position: number): Promise<number> {
  let read = 0;
  while (at + read < target.length) {
    const { bytesRead } = await file.read(target, at + read, target.length - at - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return read;
}
