/* eslint-disable max-lines -- the loop is one function (see there), and who splits also reads fields */
// Splits a window of UTF-8 bytes into records and fields: bounds only, no strings, nothing allocated per record. A record
// depends on its own bytes and on nothing before it, so any piece of a file cut at record starts splits alike.
//
// A quote opens only as the first byte of a field; blanks may follow a closing one (real exports pad their columns). Any
// other quote in an unquoted field is text. LF and CRLF always end a record; a lone CR does so only where the dialect says
// `cr` or `mixed`, and as the file's last byte.
import { findMarkConflict } from "../../../contract/imports/dialect-rules.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { BLANK, CR, isDelimiter, isFieldEnd, LF, lineEndLength, TAB, type FieldEnds } from "./field-end.ts";
import { growFields, growRecords } from "./grow-records.ts";
import { markBytes } from "./mark-bytes.ts";
import { isTorn, resolveBadQuote, skipPadding, type BadQuote } from "./resolve-bad-quote.ts";
import { ESCAPED, QUOTED, type Records } from "./records.ts";

/** Longer records are a fault: a cell is held in memory, a hostile file must not decide how much. */
export const MAX_RECORD_BYTES = 1_048_576;
export const MAX_FIELDS = 2_000;

/** Bytes kept unread at the end of a window that is not the last: no look beyond a quote, CR or delimiter is longer. */
const LOOK_AHEAD = 16;

const APOSTROPHE = 39;
const TEXT_AFTER_QUOTE = 1;
const UNCLOSED_QUOTE = 2;
const RECORD_TOO_LONG = 3;
const TOO_MANY_FIELDS = 6;

/** The dialect as bytes, and how far the file has been read. */
export interface Splitter extends FieldEnds {
  readonly dialect: Dialect;
  /** Line of the next record, from 1. Once everything is read: the number of lines + 1. */
  line: number;
  /** Inside the rest of a record that is too long: bytes are passed over up to the next line end. */
  skipping: boolean;
  /** Whether a blank line is a record of one empty field (a file of a single column) or nothing. */
  readonly keep_blank: boolean;
  /** The escape where it is not the quote, as a byte; -1 for none. */
  readonly backslash: number;
  /** Whether two quotes in a quoted field are one; also where a backslash escapes, since files mix both. */
  readonly doubled: boolean;
  /** Whether an apostrophe before what a spreadsheet program would run is taken off a field. */
  readonly unescapes: boolean;
  /** Whether a line break inside a field begins a line: not in a sheet, where lines are rows. */
  readonly counts_breaks: boolean;
  readonly bad: BadQuote;
  /** 1 for the bytes that may mean something between quotes, and outside of them. */
  readonly in_quotes: Uint8Array;
  readonly outside: Uint8Array;
}

/** A splitter for the bytes from a record's start on; `first_line` is the file's line there, from 1.
 * @throws Problem invalid-request where the dialect's marks share a character: the work would then grow with the square of
 * the file's size */
export function createSplitter(dialect: Dialect, firstLine: number, keepBlank = false): Splitter {
  const conflict = findMarkConflict(dialect);
  if (conflict !== undefined) throw new Problem("invalid-request", conflict.message);
  const quote = dialect.quote === "" ? -1 : dialect.quote.charCodeAt(0);
  const escape = dialect.escape === "" ? -1 : dialect.escape.charCodeAt(0);
  const delimiter = new Uint8Array(Buffer.from(dialect.delimiter));
  const backslash = escape === quote ? -1 : escape;
  return {
    dialect,
    line: firstLine,
    skipping: false,
    keep_blank: keepBlank,
    delimiter,
    quote,
    backslash,
    doubled: escape !== -1,
    cr_ends: dialect.line_ending === "cr" || dialect.line_ending === "mixed",
    unescapes: dialect.formula_escape && quote !== APOSTROPHE,
    counts_breaks: dialect.line_ending !== "row",
    bad: { opens_text: true, fault: 0, end: 0, next: 0, breaks: 0, need_more: false },
    in_quotes: tableOf([quote, backslash, LF, CR]),
    outside: tableOf([delimiter[0] as number, LF, CR]),
  };
}

function tableOf(bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of bytes) if (byte >= 0) table[byte] = 1;
  return table;
}

export function createRecords(): Records {
  return {
    bytes: Buffer.alloc(0),
    count: 0,
    start: new Int32Array(1024),
    end: new Int32Array(1024),
    line: new Float64Array(1024),
    fault: new Uint8Array(1024),
    first_field: new Int32Array(1025),
    field_start: new Int32Array(8192),
    field_end: new Int32Array(8192),
    field_flags: new Uint8Array(8192),
  };
}

/** Splits the whole records of bytes[from, to) into `out` and returns the offset up to which bytes are dealt with. The
 * caller brings the rest again with more bytes behind it, until `at_end`; with `at_end` all is dealt with. */
// eslint-disable-next-line max-lines-per-function -- one loop, so that its state lives in registers and no field costs a call
export function splitRecords(
  splitter: Splitter,
  bytes: Buffer,
  from: number,
  to: number,
  atEnd: boolean,
  out: Records,
): number {
  const { keep_blank, quote, backslash, doubled, cr_ends, unescapes, bad, delimiter, in_quotes, outside } = splitter;
  const delimiterLength = delimiter.length;
  const words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
  const shift = bytes.byteOffset;
  const quoteWord = Math.imul(quote, 0x01010101);
  const safeTo = atEnd ? to : to - LOOK_AHEAD;
  out.bytes = bytes;
  let { start, field_start, field_end, field_flags } = out;
  let count = 0;
  let fields = 0;
  let line = splitter.line;
  let pos = from;
  let consumed = from;

  if (splitter.skipping) {
    pos = skipLine(splitter, bytes, pos, to, atEnd);
    line = splitter.line;
    consumed = pos;
  }

  records: while (pos < safeTo && !splitter.skipping) {
    const recordStart = pos;
    const firstField = fields;
    let nextLine = line;
    let c = bytes[pos] as number;
    if (!keep_blank && (c === LF || c === CR)) {
      const length = lineEndLength(bytes, pos, to, cr_ends);
      if (length > 0) {
        pos += length;
        consumed = pos;
        line++;
        continue;
      }
    }
    const limit = recordStart + MAX_RECORD_BYTES + 1;
    const stop = limit < safeTo ? limit : safeTo;
    let fault = 0;
    let recordEnd = -1;
    let tooLong = false;
    let closing = -1;

    while (recordEnd < 0) {
      let content = pos;
      let contentEnd = -1;
      let flags = 0;
      if (pos < safeTo && bytes[pos] === quote) {
        const open = pos;
        const quoteStop = open + MAX_RECORD_BYTES < safeTo ? open + MAX_RECORD_BYTES : safeTo;
        let breaks = 0;
        let p = open + 1;
        let closed = -1;
        flags = QUOTED;
        while (p < quoteStop) {
          // Nearly all bytes are told apart from those that matter by one look at a table.
          while (p < quoteStop && in_quotes[bytes[p] as number] === 0) {
            p++;
            // On a word's boundary, four bytes at once: none of them below 14 (a line end) or a quote.
            if (((p + shift) & 3) !== 0 || backslash >= 0) continue;
            for (const last = quoteStop - 4; p <= last; p += 4) {
              const word = words[(p + shift) >> 2] as number;
              const quotes = word ^ quoteWord;
              if ((((word - 0x0e0e0e0e) & ~word) | ((quotes - 0x01010101) & ~quotes)) & 0x80808080) break;
            }
          }
          if (p === quoteStop) break;
          c = bytes[p] as number;
          if (c === quote) {
            if (doubled && p + 1 < to && bytes[p + 1] === quote) {
              flags = QUOTED | ESCAPED;
              p += 2;
              continue;
            }
            closed = p;
            break;
          }
          if (c === backslash) {
            const next = p + 1 < to ? bytes[p + 1] : -1;
            if (next === quote || next === backslash) {
              flags = QUOTED | ESCAPED;
              p += 2;
              continue;
            }
          } else if (c <= CR) {
            if (c === LF || (c === CR && cr_ends && bytes[p + 1] !== LF)) breaks++;
          }
          p++;
        }
        if (closed >= 0) {
          p = closed + 1;
          if (bytes[p] === BLANK || bytes[p] === TAB)
            p = skipPadding(splitter, bytes, p, Math.min(to, p + MAX_RECORD_BYTES));
          if (p >= safeTo && !atEnd) break records;
          if (p === to || p === closed + 1 + MAX_RECORD_BYTES || isFieldEnd(splitter, bytes, p, to)) {
            content = open + 1;
            contentEnd = closed;
            if (splitter.counts_breaks) nextLine += breaks;
            pos = p;
          } else {
            resolveBadQuote(splitter, bytes, open, closed, breaks, safeTo, to, limit, bad);
          }
        } else if (p >= safeTo && !atEnd) {
          break records;
        } else {
          bad.opens_text = true;
          bad.fault = UNCLOSED_QUOTE;
          bad.need_more = false;
        }
        if (contentEnd < 0) {
          if (bad.need_more && !atEnd) break records;
          if (fault === 0) fault = bad.fault;
          if (bad.opens_text) {
            flags = 0;
            pos = open + 1;
            content = open;
          } else {
            flags = QUOTED | ESCAPED;
            content = open + 1;
            contentEnd = bad.end;
            nextLine += bad.breaks;
            pos = bad.next;
          }
        }
      }
      if (contentEnd < 0) {
        for (;;) {
          while (pos < stop && outside[bytes[pos] as number] === 0) pos++;
          if (pos >= stop) break;
          c = bytes[pos] as number;
          if (c === LF) break;
          if (c === CR) {
            if (cr_ends || pos + 1 === to || bytes[pos + 1] === LF) break;
          } else if (delimiterLength === 1 || isDelimiter(delimiter, bytes, pos, to)) break;
          pos++;
        }
        contentEnd = pos;
        if (bytes[pos - 1] === quote && pos - 1 > content) closing = fields;
      }
      if (fields - firstField < MAX_FIELDS) {
        if (fields === field_start.length) {
          growFields(out);
          ({ field_start, field_end, field_flags } = out);
        }
        if (bytes[content] === APOSTROPHE && unescapes && isFormulaEscape(bytes, content, contentEnd)) content++;
        field_start[fields] = content;
        field_end[fields] = contentEnd;
        field_flags[fields] = flags;
        fields++;
      } else if (fault === 0) {
        fault = TOO_MANY_FIELDS;
      }

      if (pos >= stop) {
        if (pos >= limit) {
          tooLong = true;
          break;
        }
        if (!atEnd) break records;
        recordEnd = pos;
        nextLine++;
      } else {
        c = bytes[pos] as number;
        if (c === LF || c === CR) {
          recordEnd = pos;
          pos += lineEndLength(bytes, pos, to, cr_ends);
          nextLine++;
        } else {
          pos += delimiterLength;
        }
      }
    }

    if (tooLong) {
      fault = RECORD_TOO_LONG;
      recordEnd = limit;
      fields = firstField + 1;
      field_start[firstField] = recordStart;
      field_end[firstField] = limit;
      field_flags[firstField] = 0;
      splitter.line = nextLine;
      pos = skipLine(splitter, bytes, pos, to, atEnd);
      nextLine = splitter.line;
    }
    if (closing > firstField && fault === 0 && isTorn(splitter, out, firstField, Math.min(closing, fields - 1))) {
      fault = TEXT_AFTER_QUOTE;
    }
    if (count === start.length) {
      growRecords(out);
      start = out.start;
    }
    start[count] = recordStart;
    out.end[count] = recordEnd;
    out.line[count] = line;
    out.fault[count] = fault;
    out.first_field[count] = firstField;
    count++;
    out.first_field[count] = fields;
    consumed = pos;
    line = nextLine;
  }

  out.count = count;
  splitter.line = line;
  markBytes(out, from, consumed);
  return consumed;
}

const RUNS = tableOf(Array.from("=+-@\t\r", (character) => character.charCodeAt(0)));

/** Whether the apostrophe at `pos` is an escape: it and those that may follow stand before what would run. */
function isFormulaEscape(bytes: Buffer, pos: number, end: number): boolean {
  let next = pos + 1;
  while (next < end && bytes[next] === APOSTROPHE) next++;
  return next < end && RUNS[bytes[next] as number] === 1;
}

/** The value of a field. Meant for records that somebody looks at; a row on its way to the table uses `copyField`. */
export function fieldText(records: Records, fieldIndex: number, dialect: Dialect): string {
  const start = records.field_start[fieldIndex] as number;
  const end = records.field_end[fieldIndex] as number;
  if (((records.field_flags[fieldIndex] as number) & ESCAPED) === 0) return records.bytes.toString("utf8", start, end);
  const target = Buffer.allocUnsafe(end - start);
  return target.toString("utf8", 0, copyField(records, fieldIndex, dialect, target, 0));
}

/** The values of a record's fields. */
export function recordTexts(records: Records, record: number, dialect: Dialect): string[] {
  const first = records.first_field[record] as number;
  const end = records.first_field[record + 1] as number;
  return Array.from({ length: end - first }, (_, field) => fieldText(records, first + field, dialect));
}

/** Copying shorter runs byte by byte beats the call into native code. */
const SHORT = 32;

/** Copies a field's value into `target` at `offset` and returns its bytes; `target` has room for the field's bounds. */
export function copyField(
  records: Records,
  fieldIndex: number,
  dialect: Dialect,
  target: Buffer,
  offset: number,
): number {
  const { bytes } = records;
  const start = records.field_start[fieldIndex] as number;
  const end = records.field_end[fieldIndex] as number;
  if (((records.field_flags[fieldIndex] as number) & ESCAPED) === 0) {
    if (end - start > SHORT) return bytes.copy(target, offset, start, end);
    for (let pos = start, at = offset; pos < end; pos++, at++) target[at] = bytes[pos] as number;
    return end - start;
  }
  const quote = dialect.quote.charCodeAt(0);
  const escape = dialect.escape.charCodeAt(0);
  let written = offset;
  for (let pos = start; pos < end; pos++) {
    const byte = bytes[pos] as number;
    const next = pos + 1 < end ? bytes[pos + 1] : -1;
    if ((byte === quote && next === quote) || (byte === escape && (next === quote || next === escape))) pos++;
    target[written++] = bytes[pos] as number;
  }
  return written - offset;
}

/** Passes over the rest of a line that is too long, and counts it; what has no line end yet is `skipping` on. */
function skipLine(splitter: Splitter, bytes: Buffer, from: number, to: number, atEnd: boolean): number {
  splitter.skipping = true;
  for (let pos = from; pos < to; pos++) {
    const byte = bytes[pos];
    if (byte !== LF && byte !== CR) continue;
    // A CR before bytes that are not there yet: with an LF behind it the two are one line end.
    if (pos + 1 === to && !atEnd && byte === CR) return pos;
    const length = lineEndLength(bytes, pos, to, splitter.cr_ends);
    if (length === 0) continue;
    splitter.skipping = false;
    splitter.line++;
    return pos + length;
  }
  if (atEnd) {
    splitter.skipping = false;
    splitter.line++;
  }
  return to;
}
