// What a quoted field is when text follows the quote that seemed to close it. The record is a fault either way; this says
// how far it reaches, so that no line of another record is lost and no rest of this one is taken for a record.
import { BLANK, CR, isFieldEnd, isFieldStart, LF, lineEndLength, TAB, type FieldEnds } from "./field-end.ts";
import type { Records } from "./records.ts";

/** How far the true end of a badly quoted field is looked for. Descriptions are shorter; a longer reach would only swallow
 * more good records when a quote is stray. */
const MAX_BAD_QUOTE_BYTES = 65_536;

const TEXT_AFTER_QUOTE = 1;
const UNCLOSED_QUOTE = 2;

/** The answer, in an object that the splitter keeps and reuses. */
export interface BadQuote {
  /** The opening quote is text and its line is read on without it; else the field ends at `end`, reading goes on at `next`. */
  opens_text: boolean;
  fault: number;
  end: number;
  next: number;
  /** Line ends between the opening quote and `next`. */
  breaks: number;
  /** The window ends before the question is decided. */
  need_more: boolean;
}

/**
 * @param open the opening quote
 * @param close the quote that would close the field, but has text behind it
 * @param breaks line ends between the two
 * @param safeTo end of the bytes that may be asked about; `to` = end of all that are there
 * @param limit where a record is too long
 */
export function resolveBadQuote(
  ends: FieldEnds,
  bytes: Buffer,
  open: number,
  close: number,
  breaks: number,
  safeTo: number,
  to: number,
  limit: number,
  out: BadQuote,
): void {
  out.opens_text = true;
  out.need_more = false;
  out.fault = TEXT_AFTER_QUOTE;

  let run = close;
  while (run - 1 > open && bytes[run - 1] === ends.quote) run--;
  if (run - 1 > open && isFieldStart(ends, bytes, run, open + 1)) {
    // It stands where a field starts: it opens that field, and the earlier quote is the one never closed.
    if (breaks > 0) out.fault = UNCLOSED_QUOTE;
    return;
  }

  const reach = close + MAX_BAD_QUOTE_BYTES;
  const stop = reach < safeTo ? reach : safeTo;
  const cutShort = stop === safeTo && safeTo < to;
  let found = breaks;
  let pos = close + 1;
  for (; pos < stop; pos++) {
    const byte = bytes[pos] as number;
    if (byte === ends.quote) {
      if (isFieldStart(ends, bytes, pos, open + 1)) break;
      const after = skipPadding(ends, bytes, pos + 1, stop);
      if (after === stop && cutShort) break;
      if (after === to || isFieldEnd(ends, bytes, after, to)) {
        out.opens_text = false;
        out.end = pos;
        out.next = after;
        out.breaks = found;
        return;
      }
    } else if (byte === LF || (byte === CR && ends.cr_ends && bytes[pos + 1] !== LF)) {
      found++;
    }
  }
  if (cutShort && skipPadding(ends, bytes, pos + 1, stop) >= stop) {
    out.need_more = true;
    return;
  }
  if (breaks === 0) return;

  // The field has line breaks, and where it ends cannot be told: the line with the bad quote is still part of it.
  pos = close + 1;
  while (pos < safeTo && pos < limit && lineEndLength(bytes, pos, to, ends.cr_ends) === 0) pos++;
  out.need_more = pos === safeTo && safeTo < to && pos < limit;
  out.opens_text = false;
  out.end = pos;
  out.next = pos;
  out.breaks = breaks;
}

/**
 * Whether an unquoted record may in truth be a quoted one: a quote in the middle of one field, with text right behind it,
 * and an unpaired quote at the end of a later field (`Boots"Light, yet strong",9`: a delimiter is missing, and the comma of
 * the text stands in for it). `5" hose,1/2"` is none: nothing opens there.
 * @param closing the last unquoted field that ends in a quote
 */
export function isTorn(ends: FieldEnds, records: Records, firstField: number, closing: number): boolean {
  if (countQuotes(ends, records, closing) % 2 === 0) return false;
  for (let field = firstField; field < closing; field++) {
    if (records.field_flags[field] !== 0 || countQuotes(ends, records, field) % 2 === 0) continue;
    const end = records.field_end[field] as number;
    const behind = records.bytes[records.bytes.lastIndexOf(ends.quote, end - 1) + 1];
    if (records.bytes[end - 1] !== ends.quote && behind !== BLANK && behind !== TAB) return true;
  }
  return false;
}

function countQuotes(ends: FieldEnds, records: Records, field: number): number {
  const end = records.field_end[field] as number;
  let count = 0;
  for (let pos = records.field_start[field] as number; pos < end; pos++) if (records.bytes[pos] === ends.quote) count++;
  return count;
}

/** Past the blanks between a closing quote and the delimiter. Where a blank is itself the quote, there is no padding: each
 * quote of a run would otherwise walk over the rest of the run. */
export function skipPadding(ends: FieldEnds, bytes: Buffer, from: number, to: number): number {
  let pos = from;
  for (; pos < to; pos++) {
    const byte = bytes[pos];
    if ((byte !== BLANK && byte !== TAB) || byte === ends.delimiter[0] || byte === ends.quote) break;
  }
  return pos;
}
