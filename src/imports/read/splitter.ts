// The splitter's state: the dialect translated into bytes and lookup tables, and how far the file has been read.
import { findMarkConflict } from "../../../contract/imports/dialect-rules.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { CR, LF, type FieldEnds } from "./field-end.ts";
import type { BadQuote } from "./resolve-bad-quote.ts";

export const APOSTROPHE = 39;

export interface Splitter extends FieldEnds {
  readonly dialect: Dialect;
  /** Line of the next record, from 1. At the end of the file, this is the number of lines + 1. */
  line: number;
  /** Whether the splitter is skipping the remainder of a record that is too long, up to the next line end. */
  skipping: boolean;
  /** Whether a blank line is a record with one empty field, as in a file of a single column. In any other file, blank lines are
   * skipped. */
  readonly blank_is_record: boolean;
  /** The escape character as a byte, or -1 if the dialect has no escape or the escape is the quote itself. */
  readonly backslash: number;
  /** The byte that a backslash escapes besides the quote: the backslash itself, or -2 if the file never doubles backslashes. */
  readonly escaped_too: number;
  /** Whether two quotes inside a quoted field represent one quote. True even if a backslash is the escape, because real files mix both. */
  readonly doubled: boolean;
  /** Whether to remove the apostrophe that prevents a spreadsheet program from running a field as a formula. */
  readonly unescapes: boolean;
  /** Whether to count line breaks inside fields. False for a sheet, where line numbers are row numbers. */
  readonly counts_breaks: boolean;
  /** Whether the text is a converted XML or JSON file, which may contain lines for broken records. */
  readonly has_broken: boolean;
  /** The object for resolveBadQuote, reused for every bad quote, so that a hostile file cannot cause allocations. */
  readonly bad: BadQuote;
  /** Lookup table with 1 for each byte that may end a run of plain text inside quotes. */
  readonly in_quotes: Uint8Array;
  /** Lookup table with 1 for each byte that may end a run of plain text outside of quotes. */
  readonly outside: Uint8Array;
}

/** @param firstLine the file's line at the first byte that will be split, from 1
 * @throws Problem invalid-request if the delimiter, quote and escape of the dialect have a character in common: one byte would then
 * have two meanings, and the work would grow with the square of the file's size */
export function createSplitter(dialect: Dialect, firstLine: number, blankIsRecord = false): Splitter {
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
    blank_is_record: blankIsRecord,
    delimiter,
    quote,
    backslash,
    escaped_too: dialect.escapes_itself === false ? -2 : backslash,
    doubled: escape !== -1,
    cr_ends: dialect.line_ending === "cr" || dialect.line_ending === "mixed",
    unescapes: dialect.formula_escape && quote !== APOSTROPHE,
    counts_breaks: dialect.line_ending !== "row",
    has_broken: dialect.tree !== undefined,
    bad: {
      open: 0,
      close: 0,
      breaks_inside: 0,
      safe_to: 0,
      limit: 0,
      opens_text: true,
      fault: 0,
      end: 0,
      next: 0,
      breaks: 0,
      needs_more: false,
    },
    in_quotes: byteTable([quote, backslash, LF, CR]),
    outside: byteTable([delimiter[0] as number, LF, CR]),
  };
}

/** Returns a lookup table with 1 at each of the bytes. Negative values are ignored. */
export function byteTable(bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of bytes) if (byte >= 0) table[byte] = 1;
  return table;
}
