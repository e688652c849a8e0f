// Removes the quotes around whole lines: a spreadsheet writes `"A-1,""Lamp, big"",3"` if it had the line in one cell.
import { CR, LF } from "../field-end.ts";
import type { Rewriter } from "./rewriter.ts";

const QUOTE = 34;
const CTRL_Z = 26;
/** Maximum number of bytes of a line whose quotes are removed. A longer line stays unmodified, and exceeds the maximum size of a record. */
const MAX_LINE_BYTES = 1_200_000;

/** The line has no closing quote, or other text follows it. */
const NOT_ENCLOSED = -1;
/** The line does not end within the bytes that are known so far. */
const INCOMPLETE = -2;

export interface LineUnwrapper extends Rewriter {
  /** Number of lines that were enclosed in quotes. */
  enclosed: number;
  /** Number of lines that are neither enclosed in quotes nor blank. They stay unmodified. */
  others: number;
}

/** A line that is enclosed in quotes as a whole may contain line ends, as a quoted field does. The search for the closing quote of such
 * a line may therefore read following lines and then fail. It passes over pairs of quotes only, so each line that it has passed begins with
 * an even number of quotes or with none. A search that begins at an even number of quotes ends within these quotes. The total work is
 * therefore linear. */
export function createLineUnwrapper(): LineUnwrapper {
  let rest = Buffer.alloc(0);
  let isInLine = false;
  const unwrapper: LineUnwrapper = {
    enclosed: 0,
    others: 0,
    rewrite(chunk, isEnd) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const target = Buffer.allocUnsafe(bytes.length);
      let at = 0;
      let to = 0;
      while (at < bytes.length) {
        if (!isInLine && bytes[at] === QUOTE) {
          const close = closingQuote(bytes, at, isEnd);
          if (close === INCOMPLETE && bytes.length - at < MAX_LINE_BYTES) break;
          if (close >= 0) {
            to = copyUnescaped(bytes, at + 1, close, target, to);
            at = close + 1;
            unwrapper.enclosed++;
            isInLine = true;
            continue;
          }
        }
        if (!isInLine && !isBlank(bytes[at] as number)) unwrapper.others++;
        const end = lineEnd(bytes, at);
        isInLine = !isLineEnd(bytes[end - 1] as number);
        to += bytes.copy(target, to, at, end);
        at = end;
      }
      rest = Buffer.from(bytes.subarray(at));
      return target.subarray(0, to);
    },
  };
  return unwrapper;
}

const isLineEnd = (byte: number): boolean => byte === LF || byte === CR;
const isBlank = (byte: number): boolean => isLineEnd(byte) || byte === CTRL_Z;

/** Returns the offset of the quote that closes the line, NOT_ENCLOSED or INCOMPLETE.
 * @param open offset of the opening quote */
function closingQuote(bytes: Buffer, open: number, isEnd: boolean): number {
  for (let pos = bytes.indexOf(QUOTE, open + 1); pos !== -1; pos = bytes.indexOf(QUOTE, pos + 2)) {
    const next = bytes[pos + 1];
    if (next === QUOTE) continue;
    if (next === undefined) return isEnd ? pos : INCOMPLETE;
    return isLineEnd(next) ? pos : NOT_ENCLOSED;
  }
  return isEnd ? NOT_ENCLOSED : INCOMPLETE;
}

/** Returns the offset after the next line end, or the length of `bytes` if no line end follows. */
function lineEnd(bytes: Buffer, from: number): number {
  let pos = from;
  while (pos < bytes.length && !isLineEnd(bytes[pos] as number)) pos++;
  return Math.min(pos + 1, bytes.length);
}

/** Copies the bytes and writes each doubled quote once. Returns the offset after the copy. */
function copyUnescaped(bytes: Buffer, from: number, end: number, target: Buffer, offset: number): number {
  let to = offset;
  let start = from;
  for (let pos = bytes.indexOf(QUOTE, start); pos !== -1 && pos < end; pos = bytes.indexOf(QUOTE, start)) {
    to += bytes.copy(target, to, start, pos + 1);
    start = pos + 2;
  }
  return to + bytes.copy(target, to, start, end);
}
