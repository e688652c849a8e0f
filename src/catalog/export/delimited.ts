// Writes the cells of CSV and TSV files: adds quotes where needed, and prevents spreadsheet programs from running text as formulas.
//
// Spreadsheet programs run a cell as a formula if it begins with =, +, -, @, a tab or a CR. A supplier's text could thus attack the person
// who opens the file. In files for such programs, these cells get a leading apostrophe. An import removes one apostrophe from a cell that
// begins with apostrophes followed by one of these characters. A value that already begins with such apostrophes gets one more, even in
// files for other programs, so that an export and import returns the value unchanged. A value that begins like `="0017"` gets an apostrophe
// too, because an import would otherwise remove the `=` and the quotes.
import type { Output } from "./output.ts";

export interface DelimitedStyle {
  delimiter: "," | "\t";
  /** Whether the file will be opened in a spreadsheet program. */
  spreadsheet: boolean;
}

export interface CellWriter {
  cell(bytes: Buffer, start: number, end: number): void;
  delimiter(): void;
  endRow(): void;
}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const EQUALS = 0x3d;
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
      const escaped = needsApostrophe(bytes, start, end, spreadsheet);
      let plain = start;
      if (!escaped && !needsQuotes(bytes, start, end)) {
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

/** Whether the cell needs a leading apostrophe, because it would run as a formula or because an import would remove an apostrophe from
 * it. */
function needsApostrophe(bytes: Buffer, start: number, end: number, spreadsheet: boolean): boolean {
  const first = bytes[start] as number;
  if (RUNS[first] === 1) return spreadsheet || (bytes[start + 1] === QUOTE && end - start > 1 && first === EQUALS);
  if (first !== APOSTROPHE) return false;
  let pos = start;
  while (pos < end && bytes[pos] === APOSTROPHE) pos++;
  return pos < end && RUNS[bytes[pos] as number] === 1;
}

/** Whether the cell may begin or end with white space or begin with an apostrophe. Such cells need quotes: readers trim unquoted white
 * space, and may take an apostrophe for the quote character. May also return true for other cells, because unneeded quotes do no harm. */
function needsQuotes(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] as number;
  const last = bytes[end - 1] as number;
  if (first <= 0x20 || first === APOSTROPHE || last <= 0x20) return true;
  // MAY_BE_BLANK marks the bytes with which non-ASCII white space or a byte order mark begins in UTF-8.
  if (MAY_BE_BLANK[first] === 1) return true;
  return last >= 0x80 && (MAY_BE_BLANK[bytes[end - 3] ?? 0] === 1 || bytes[end - 2] === 0xc2);
}

const MAY_BE_BLANK = new Uint8Array(256);
for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) MAY_BE_BLANK[byte] = 1;
