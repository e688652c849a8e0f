// Cells of CSV and TSV: quotes where they are needed, and what a spreadsheet program would run.
//
// A cell that begins with =, +, -, @, a tab or a CR runs as a formula where a spreadsheet program opens the file, so that a
// supplier's text could act on the machine of whoever looks at it. For such programs it gets an apostrophe in front. An
// import takes exactly one apostrophe off a cell where apostrophes stand before such a character; hence a cell that looks so
// already gets one more, in every file, and each cell comes back as it was.
import type { Output } from "./output.ts";

export interface DelimitedStyle {
  delimiter: "," | "\t";
  /** Whether the file is for a spreadsheet program. */
  spreadsheet: boolean;
}

export interface CellWriter {
  cell(bytes: Buffer, start: number, end: number): void;
  delimiter(): void;
  endRow(): void;
}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

const RUNS = new Uint8Array(256);
for (const character of "=+-@\t\r") RUNS[character.charCodeAt(0)] = 1;

export function createCellWriter(output: Output, { delimiter, spreadsheet }: DelimitedStyle): CellWriter {
  const separator = delimiter.charCodeAt(0);
  const special = new Uint8Array(256);
  for (const byte of [separator, QUOTE, LF, CR]) special[byte] = 1;
  if (spreadsheet) output.raw(BYTE_ORDER_MARK);
  return {
    cell(bytes, start, end) {
      if (start === end) return;
      const escaped = isEscaped(bytes, start, end, spreadsheet);
      let plain = start;
      if (!escaped && !hasBlankEnds(bytes, start, end)) {
        while (plain < end && special[bytes[plain] as number] === 0) plain++;
      }
      output.reserve((end - start) * 2 + 3);
      if (plain === end) {
        output.copy(bytes, start, end);
        return;
      }
      output.byte(QUOTE);
      if (escaped) output.byte(APOSTROPHE);
      for (let pos = start; pos < end;) {
        const quote = bytes.subarray(pos, end).indexOf(QUOTE);
        const next = quote < 0 ? end : pos + quote + 1;
        output.copy(bytes, pos, next);
        if (quote >= 0) output.byte(QUOTE);
        pos = next;
      }
      output.byte(QUOTE);
    },
    delimiter() {
      output.reserve(1);
      output.byte(separator);
    },
    endRow() {
      output.reserve(2);
      if (spreadsheet) output.byte(CR);
      output.byte(LF);
    },
  };
}

/** Whether the cell gets an apostrophe: it would run, or could pass for one that got it. */
function isEscaped(bytes: Buffer, start: number, end: number, spreadsheet: boolean): boolean {
  const first = bytes[start] as number;
  if (RUNS[first] === 1) return spreadsheet;
  if (first !== APOSTROPHE) return false;
  let pos = start;
  while (pos < end && bytes[pos] === APOSTROPHE) pos++;
  return pos < end && RUNS[bytes[pos] as number] === 1;
}

/** Readers trim blanks at a cell's ends unless it is quoted, and take an apostrophe at its start for the quote. In doubt, yes:
 * quotes do no harm. */
function hasBlankEnds(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] as number;
  const last = bytes[end - 1] as number;
  if (first <= 0x20 || first === APOSTROPHE || last <= 0x20) return true;
  // The first bytes in UTF-8 of what Unicode calls white space, and of a byte order mark
  if (MAY_BE_BLANK[first] === 1) return true;
  return last >= 0x80 && (MAY_BE_BLANK[bytes[end - 3] ?? 0] === 1 || bytes[end - 2] === 0xc2);
}

const MAY_BE_BLANK = new Uint8Array(256);
for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) MAY_BE_BLANK[byte] = 1;
