// Detects files whose quotes have to be rewritten before the splitter can read them. In almost all other files, the first bytes already
// show that nothing has to be rewritten.
import { DEFAULT_QUOTE } from "../../../../contract/imports/dialect-rules.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { CR, LF } from "../field-end.ts";
import { createRecords, QUOTED, type Records } from "../records.ts";
import { splitRecords } from "../split-records.ts";
import { createSplitter } from "../splitter.ts";
import { createCurlyRewriter, quoteLength } from "./curly-quotes.ts";
import { createLineUnwrapper } from "./quoted-lines.ts";
import type { Rewriter } from "./rewriter.ts";
import { because } from "../../../../contract/problem-reasons.ts";

const DELIMITERS = [",", ";", "\t", "|"];
const QUOTE = 34;
const SPACE = 32;
/** Number of lines that are searched for typographic quotes. The first line is not enough: often only the rows are quoted, not the
 * header. */
const INSPECTED_LINES = 3;
/** Maximum number of bytes at the start of the file in which lines are searched for typographic quotes. */
const INSPECTED_BYTES = 4000;
/** Minimum share of records that must fit the header. */
const MIN_FITTING = 0.8;

/** Rewritten text, and the properties of its dialect that are already known. */
export interface Rewritten {
  text: Buffer;
  known: Required<Pick<Dialect, "rewritten">> & DialectOverrides;
}

/**
 * @param sample the start of the file in UTF-8
 * @param isEnd whether the sample is the whole file
 * @returns undefined if the file is not rewritten; a sender who gives a quote other than `"` prevents rewriting
 * @throws Problem unsupported-file if typographic quotes enclose fields of the first lines, but not of most rows
 */
export function detectRewriting(sample: Buffer, isEnd: boolean, overrides: DialectOverrides): Rewritten | undefined {
  if ((overrides.quote ?? DEFAULT_QUOTE) !== DEFAULT_QUOTE) return undefined;
  const [first = 0, ...below] = lineStarts(sample);
  if (sample[first] === QUOTE) return detectQuotedLines(sample, isEnd, overrides);
  for (const start of [first, ...below]) {
    const delimiter = delimiterAfterQuoted(sample, start);
    if (delimiter !== undefined) return detectCurlyQuotes(sample, isEnd, overrides, delimiter);
  }
  return undefined;
}

/** Returns the rewriter of a file with this dialect. @returns undefined if the file is not rewritten */
export function rewriterOf({ rewritten, delimiter }: Dialect): Rewriter | undefined {
  switch (rewritten) {
    case undefined:
      return undefined;
    case "quoted_lines":
      return createLineUnwrapper();
    case "curly_quotes":
      return createCurlyRewriter(delimiter);
  }
}

function detectQuotedLines(sample: Buffer, isEnd: boolean, overrides: DialectOverrides): Rewritten | undefined {
  const unwrapper = createLineUnwrapper();
  const text = unwrapper.rewrite(sample, isEnd);
  if (unwrapper.others > 0 || unwrapper.enclosed < 2) return undefined;
  const delimiters = overrides.delimiter === undefined ? DELIMITERS : [overrides.delimiter];
  const fits = delimiters.some((delimiter) => fitsHeader(split(text, delimiter), isEnd));
  return fits ? { text, known: { rewritten: "quoted_lines" } } : undefined;
}

function detectCurlyQuotes(sample: Buffer, isEnd: boolean, overrides: DialectOverrides, delimiter: string): Rewritten {
  // Ignore the spaces of a given delimiter such as ", ", because the rewriter drops the spaces before a quote.
  const isGiven = (overrides.delimiter ?? delimiter).replaceAll(" ", "") === delimiter;
  const text = createCurlyRewriter(delimiter).rewrite(sample, isEnd);
  const records = split(text, delimiter);
  const isOnlyHeader = isEnd && records.count === 1;
  if (isGiven && (isOnlyHeader || (fitsHeader(records, isEnd) && areRowsQuoted(records, isEnd))))
    return { text, known: { rewritten: "curly_quotes", delimiter } };
  throw new Problem(
    "unsupported-file",
    "Some fields of the file are enclosed in typographic quotes (such as “ ” or « »), but most rows have no such quotes, or " +
      "have more or fewer fields than the header. " +
      'Replace the quotes around the fields with straight quotes ("), for example in a text editor, and send the file again.',
    { extra: because("typographic-quotes") },
  );
}

/** Returns the delimiter between two fields of a line if the line starts with a typographic quote, and such quotes enclose both. */
function delimiterAfterQuoted(sample: Buffer, start: number): string | undefined {
  const opening = quoteLength(sample, start);
  if (opening === 0) return undefined;
  for (let at = start + opening; at < sample.length && !isLineEnd(sample[at]);) {
    const length = quoteLength(sample, at);
    at += Math.max(1, length);
    if (length === 0 || at >= sample.length) continue;
    const delimiter = String.fromCharCode(sample[at] as number);
    if (!DELIMITERS.includes(delimiter)) continue;
    let next = at + 1;
    while (sample[next] === SPACE) next++;
    if (quoteLength(sample, next) > 0) return delimiter;
  }
  return undefined;
}

function split(text: Buffer, delimiter: string): Records {
  const records = createRecords();
  const dialect: Dialect = {
    format: "text",
    encoding: "utf-8",
    delimiter,
    quote: DEFAULT_QUOTE,
    escape: DEFAULT_QUOTE,
    line_ending: "mixed",
    header: true,
    preamble: 0,
    formula_escape: false,
  };
  splitRecords(createSplitter(dialect, 1), { bytes: text, from: 0, to: text.length, at_end: true }, records);
  return records;
}

/** Number of records that are inspected. The last record of an incomplete sample may be cut. */
const completeCount = ({ count }: Records, isEnd: boolean): number => (isEnd ? count : count - 1);
const widthOf = ({ first_field }: Records, record: number): number =>
  (first_field[record + 1] as number) - (first_field[record] as number);

/** Whether most records have several fields, and at most as many as the header. */
function fitsHeader(records: Records, isEnd: boolean): boolean {
  const count = completeCount(records, isEnd);
  const header = count < 2 ? 0 : widthOf(records, 0);
  if (header < 2 || records.fault[0] !== 0) return false;
  let fitting = 0;
  for (let record = 1; record < count; record++) {
    const width = widthOf(records, record);
    if (records.fault[record] === 0 && width >= 2 && width <= header) fitting++;
  }
  return fitting >= (count - 1) * MIN_FITTING;
}

/** Whether at least half of the records below the header have a quoted field. */
function areRowsQuoted(records: Records, isEnd: boolean): boolean {
  const count = completeCount(records, isEnd);
  let quoted = 0;
  for (let record = 1; record < count; record++) {
    const from = records.first_field[record] as number;
    const flags = records.field_flags.subarray(from, records.first_field[record + 1]);
    if (flags.some((flag) => (flag & QUOTED) !== 0)) quoted++;
  }
  return quoted >= (count - 1) / 2;
}

const isLineEnd = (byte: number | undefined): boolean => byte === LF || byte === CR;

/** Returns the offsets at which the first lines start, without blank lines and without spaces at the start of a line. */
function lineStarts(sample: Buffer): number[] {
  const starts: number[] = [];
  const end = Math.min(sample.length, INSPECTED_BYTES);
  for (let at = 0; at < end && starts.length < INSPECTED_LINES;) {
    while (at < end && (isLineEnd(sample[at]) || sample[at] === SPACE)) at++;
    if (at < end) starts.push(at);
    while (at < end && !isLineEnd(sample[at])) at++;
  }
  return starts;
}
