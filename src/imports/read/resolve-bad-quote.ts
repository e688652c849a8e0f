// Decides where a record ends if text follows the quote that seemed to close one of its fields, as in `"5" hose, green"`. The
// record is rejected in any case. This file ensures that no following record is lost, and that no remainder of the bad record is
// read as a separate record.
import { BLANK, CR, isFieldEnd, isFieldStart, LF, lineEndLength, TAB, type FieldEnds } from "./field-end.ts";
import type { Records } from "./records.ts";

/** Number of bytes in which the real end of the field is searched for. Descriptions are shorter; after a stray quote, a longer
 * search would only swallow more good records. */
const MAX_BAD_QUOTE_BYTES = 65_536;

const TEXT_AFTER_QUOTE = 1;
const UNCLOSED_QUOTE = 2;

/** The input and the result of `resolveBadQuote`, in one object that the splitter reuses. */
export interface BadQuote {
  /** Input: offset of the opening quote. */
  open: number;
  /** Input: offset of the quote that would close the field, but is followed by text. */
  close: number;
  /** Input: number of line ends between the quotes at `open` and `close`. */
  breaks_inside: number;
  /** Input: only bytes before this offset can be interpreted, because the window may end shortly after it. */
  safe_to: number;
  /** Input: offset at which the record becomes too long. */
  limit: number;

  /** Result: whether the opening quote is text and the field is to be read as an unquoted one. If false, the field ends at `end`,
   * and reading continues at `next`. */
  opens_text: boolean;
  fault: number;
  end: number;
  next: number;
  /** Result: number of line ends between the opening quote and `next`. */
  breaks: number;
  /** Result: whether the window ends too early for a decision. The record then has to be split again with more bytes. */
  needs_more: boolean;
}

/**
 * Interprets the quotes by the first of these rules that fits:
 * 1. If the quote at `close` is at the start of a field, it opens that field. The quote at `open` is text, because no quote closes it.
 * 2. If a quote within the next MAX_BAD_QUOTE_BYTES is followed by a field end, it closes the field that the quote at `open` has opened.
 *    The quotes between these two are unescaped text. The search ends at a quote that is at the start of a field.
 * 3. If there is no line break between `open` and `close`, the quote at `open` is text.
 * 4. Otherwise the field and its record end at the end of the line that contains `close`, because the rest of this line cannot be a
 *    record of its own.
 * @param to end of the bytes in the window
 */
export function resolveBadQuote(ends: FieldEnds, bytes: Buffer, to: number, bad: BadQuote): void {
  const { open, close, breaks_inside: breaksInside, safe_to: safeTo, limit } = bad;
  bad.opens_text = true;
  bad.needs_more = false;
  bad.fault = TEXT_AFTER_QUOTE;

  let run = close;
  while (run - 1 > open && bytes[run - 1] === ends.quote) run--;
  if (run - 1 > open && isFieldStart(ends, bytes, run, open + 1)) {
    if (breaksInside > 0) bad.fault = UNCLOSED_QUOTE;
    return;
  }

  const reach = close + MAX_BAD_QUOTE_BYTES;
  const stop = reach < safeTo ? reach : safeTo;
  const stopsAtWindowEnd = stop === safeTo && safeTo < to;
  let breaks = breaksInside;
  let pos = close + 1;
  for (; pos < stop; pos++) {
    const byte = bytes[pos] as number;
    if (byte === ends.quote) {
      if (isFieldStart(ends, bytes, pos, open + 1)) break;
      const after = skipPadding(ends, bytes, pos + 1, stop);
      if (after === stop && stopsAtWindowEnd) break;
      if (after === to || isFieldEnd(ends, bytes, after, to)) {
        bad.opens_text = false;
        bad.end = pos;
        bad.next = after;
        bad.breaks = breaks;
        return;
      }
    } else if (byte === LF || (byte === CR && ends.cr_ends && bytes[pos + 1] !== LF)) {
      breaks++;
    }
  }
  if (stopsAtWindowEnd && skipPadding(ends, bytes, pos + 1, stop) >= stop) {
    bad.needs_more = true;
    return;
  }
  if (breaksInside === 0) return;

  pos = close + 1;
  while (pos < safeTo && pos < limit && lineEndLength(bytes, pos, to, ends.cr_ends) === 0) pos++;
  bad.needs_more = pos === safeTo && safeTo < to && pos < limit;
  bad.opens_text = false;
  bad.end = pos;
  bad.next = pos;
  bad.breaks = breaksInside;
}

/**
 * Detects a quoted field that lost the delimiter before it, as in `Boots"Light, yet strong",9`: the comma inside the text then separates
 * two fields, and the record would have a plausible number of fields. The signs of such a field are an unpaired quote in the middle of a
 * field, followed directly by text, and an unpaired quote at the end of a later field. Inch marks as in `5" hose,1/2"` are not such a sign,
 * because a blank follows the first inch mark.
 * @param closing index of the last unquoted field that ends in a quote
 */
export function isTorn(ends: FieldEnds, records: Records, firstField: number, closing: number): boolean {
  if (countQuotes(ends, records, closing) % 2 === 0) return false;
  for (let field = firstField; field < closing; field++) {
    if (records.field_flags[field] !== 0 || countQuotes(ends, records, field) % 2 === 0) continue;
    const end = records.field_end[field] as number;
    const afterQuote = records.bytes[records.bytes.lastIndexOf(ends.quote, end - 1) + 1];
    if (records.bytes[end - 1] !== ends.quote && afterQuote !== BLANK && afterQuote !== TAB) return true;
  }
  return false;
}

function countQuotes(ends: FieldEnds, records: Records, field: number): number {
  const end = records.field_end[field] as number;
  let count = 0;
  for (let pos = records.field_start[field] as number; pos < end; pos++) if (records.bytes[pos] === ends.quote) count++;
  return count;
}

/** Returns the offset after the blanks and tabs between a closing quote and the delimiter. If the
 * dialect's quote is itself a blank, skips no blanks: each blank in a run may then be a closing quote, and walking over the rest of the
 * run from each of them would take quadratic time. */
export function skipPadding(ends: FieldEnds, bytes: Buffer, from: number, to: number): number {
  let pos = from;
  for (; pos < to; pos++) {
    const byte = bytes[pos];
    if ((byte !== BLANK && byte !== TAB) || byte === ends.delimiter[0] || byte === ends.quote) break;
  }
  return pos;
}
