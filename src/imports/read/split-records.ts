// Splits a window of UTF-8 bytes into records and fields, in one pass over the bytes. The result is bounds only: no strings, and
// nothing is allocated per record.
// The bounds of a record depend only on its own bytes, not on anything before it. Cutting a file between records therefore does not
// change the records, so an import can load its chunks independently and resume at any of them.
//
// Rules, the same for every dialect:
// - A quote opens a quoted field only as the field's first byte. Any other quote in an unquoted field is text.
// - Blanks and tabs may follow a closing quote, because real exports pad their columns.
// - LF and CRLF always end a record. A lone CR ends a record if the dialect's line ending is `cr` or `mixed`, or if it is the last
//   byte of the file.
// - A fault is a property of one record. The next record starts after the line end, or where resolve-bad-quote.ts decides.
//
// Each byte is visited a bounded number of times, whatever the file contains: split-records.cost.test.ts counts the visits.
import { BLANK, CR, isDelimiter, isFieldEnd, LF, lineEndLength, TAB } from "./field-end.ts";
import { markBytes } from "./mark-bytes.ts";
import { ESCAPED, growFields, growRecords, QUOTED, type Records } from "./records.ts";
import { isTorn, resolveBadQuote, skipPadding } from "./resolve-bad-quote.ts";
import { APOSTROPHE, byteTable, type Splitter } from "./splitter.ts";

/** Maximum number of bytes in a record. A longer record is rejected: cells are held in memory, and a hostile file must not
 * determine how much memory they take. */
export const MAX_RECORD_BYTES = 1_048_576;
export const MAX_FIELDS = 2_000;

/** Number of bytes left unread at the end of a window that is not the last one: more than any test after a quote, CR or delimiter
 * needs. */
const LOOK_AHEAD = 16;

// Indices into RECORD_FAULTS, as constants that the compiler can inline.
const TEXT_AFTER_QUOTE = 1;
const UNCLOSED_QUOTE = 2;
const RECORD_TOO_LONG = 3;
const TOO_MANY_FIELDS = 6;

/** The bytes to split: bytes[from, to). */
export interface Window {
  bytes: Buffer;
  from: number;
  to: number;
  /** Whether the file ends at `to`. */
  at_end: boolean;
}

/**
 * Splits the complete records of a window into `out`. Returns the offset after the last byte consumed. The caller passes the
 * bytes after that offset again, followed by more bytes. A window that is `at_end` is consumed completely.
 */
// eslint-disable-next-line max-lines-per-function -- one loop, so that its state lives in registers and no field costs a call
export function splitRecords(splitter: Splitter, window: Window, out: Records): number {
  const { bytes, from, to, at_end: atEnd } = window;
  const { blank_is_record, quote, backslash, doubled, cr_ends, unescapes, bad, delimiter, in_quotes, outside } =
    splitter;
  const escapedToo = splitter.escaped_too;
  const delimiterLength = delimiter.length;
  // The same bytes as 32-bit words, to skip four at a time inside quotes.
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

  // `break records` leaves this loop if the window ends within a record. That record is split again with the bytes after the window.
  records: while (pos < safeTo && !splitter.skipping) {
    const recordStart = pos;
    const firstField = fields;
    let nextLine = line;
    let c = bytes[pos] as number;
    if (!blank_is_record && (c === LF || c === CR)) {
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
        // This is a quoted field: search for the closing quote.
        const open = pos;
        const quoteStop = open + MAX_RECORD_BYTES < safeTo ? open + MAX_RECORD_BYTES : safeTo;
        let breaks = 0;
        let p = open + 1;
        let closed = -1;
        flags = QUOTED;
        while (p < quoteStop) {
          // For nearly every byte, one lookup in the table is enough to skip the byte.
          while (p < quoteStop && in_quotes[bytes[p] as number] === 0) {
            p++;
            // On a word boundary, skip four bytes at once while none of them is a quote or less than 14 (LF is 10, CR is 13). The
            // bit trick is "has zero byte" (Hacker's Delight, 6-1). It may stop early, which only costs time.
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
            if (next === quote || next === escapedToo) {
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
            bad.open = open;
            bad.close = closed;
            bad.breaks_inside = breaks;
            bad.safe_to = safeTo;
            bad.limit = limit;
            resolveBadQuote(splitter, bytes, to, bad);
          }
        } else if (p >= safeTo && !atEnd) {
          break records;
        } else {
          bad.opens_text = true;
          bad.fault = UNCLOSED_QUOTE;
          bad.needs_more = false;
        }
        if (contentEnd < 0) {
          // The quoted field is bad: record the fault, and continue as resolveBadQuote decided.
          if (bad.needs_more && !atEnd) break records;
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
        // This is an unquoted field: search for the delimiter or line end.
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
      // Keep the first megabyte as a single field, for the reject's text, and skip the remainder of the line.
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
  markBytes(out, from, consumed, splitter.has_broken);
  return consumed;
}

/** Bytes at the start of a cell that can make a spreadsheet program run it as a formula. */
const FORMULA_STARTS = byteTable(Array.from("=+-@\t\r", (character) => character.charCodeAt(0)));

/** Whether the apostrophe at `pos` protects a formula: only further apostrophes are between it and the formula's start. */
function isFormulaEscape(bytes: Buffer, pos: number, end: number): boolean {
  let next = pos + 1;
  while (next < end && bytes[next] === APOSTROPHE) next++;
  return next < end && FORMULA_STARTS[bytes[next] as number] === 1;
}

/** Skips to the end of a line that is too long and counts the line. Sets `skipping` if the window ends before the line does. */
function skipLine(splitter: Splitter, bytes: Buffer, from: number, to: number, atEnd: boolean): number {
  splitter.skipping = true;
  for (let pos = from; pos < to; pos++) {
    const byte = bytes[pos];
    if (byte !== LF && byte !== CR) continue;
    // The last byte of the window is a CR: an LF may follow it in the next window, as part of the same line end.
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
