// How a file is written, guessed from its head: every likely dialect splits a sample, and the one whose records agree best
// in their number of fields is taken. What the person has said is not guessed. Same bytes, same answer; the work is bounded
// by the size of the sample, since the splitter is linear.
import { findMarkConflict, USUAL_QUOTE } from "../../../../contract/imports/dialect-rules.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { detectEncoding } from "./detect-encoding.ts";
import { detectHeader, detectPreamble } from "./detect-header.ts";
import { CR, LF } from "../field-end.ts";
import { firstRows, scoreDialect, type Score } from "./score-dialect.ts";
import { createRecords, createSplitter, splitRecords } from "../split-records.ts";
import { transcodeHead } from "../text/transcode.ts";

/** Enough rows to outvote a broken one; each of some dozens of dialects splits it, at 2 ms a megabyte. */
const SAMPLE_BYTES = 131_072;

const DOUBLE_QUOTE = 34;
/** Rows whose text is looked at, for the header and what stands before it. */
const SHOWN_ROWS = 40;

/** Delimiters and how far each is trusted. Where two fit as well, it is not the comma, which stands in prices and texts;
 * `||` must beat the `|` it consists of; colons and blanks agree row after row in times and dates. */
const DELIMITERS = new Map([
  [",", 1],
  [";", 1.003],
  ["\t", 1.004],
  ["|", 1.003],
  ["||", 1.1],
  ["\x1f", 1],
  ["^", 0.8],
  ["~", 0.8],
  [":", 0.4],
  [" ", 0.3],
]);
/** "a, b": the blank belongs to the delimiter where every one has it. Only so can a quote open behind the blank. */
const SPACED = [", ", "; ", "| ", " | "];

/** @param head the first bytes of the raw file, in any encoding; a quarter of a megabyte is plenty
 * @param whole the head is the whole file */
export function detectDialect(head: Buffer, whole: boolean, overrides: DialectOverrides): Dialect {
  const encoding = overrides.encoding ?? detectEncoding(head, whole);
  // UTF-16 spends two bytes on a character.
  const raw = head.subarray(0, SAMPLE_BYTES * 2);
  const text = transcodeHead(raw, encoding, whole && raw.length === head.length);
  const sample = text.subarray(0, SAMPLE_BYTES);
  const isEnd = whole && raw.length === head.length && sample.length === text.length;

  const declared = overrides.delimiter === undefined ? declaredSeparator(sample) : null;
  const lineEnding = detectLineEnding(sample, overrides.quote ?? USUAL_QUOTE);
  const skipped = overrides.preamble ?? (declared === null ? 0 : 1);
  const table = skipLines(sample, skipped, lineEnding);
  const fixed: DialectOverrides =
    declared !== null && isUsableSeparator(declared, overrides) ? { ...overrides, delimiter: declared } : overrides;

  const usual = best(candidates(fixed, encoding, lineEnding, table), table, isEnd);
  const { dialect } = overrides.escape === undefined ? best(escapes(usual.dialect, table), table, isEnd) : usual;
  const records = createRecords();
  splitRecords(createSplitter(dialect, 1), table, 0, table.length, true, records);
  const rows = firstRows(dialect, records, SHOWN_ROWS);
  const preamble = overrides.preamble ?? detectPreamble(rows);
  const below = rows.filter(({ line }) => line > preamble);
  const header = overrides.header ?? detectHeader(below);
  if (overrides.preamble !== undefined) return { ...dialect, header, preamble };
  // Without a header nothing tells a title from a first record: no line is left out.
  return { ...dialect, header, preamble: skipped + (header ? preamble : 0) };
}

/** Excel's own first line, `sep=;`. */
function declaredSeparator(sample: Buffer): string | null {
  const first = sample.toString("latin1", 0, 8);
  const match = /^sep=([^\r\n])\r?\n/i.exec(first);
  return match?.[1] ?? null;
}

/** Of a declaration that cannot be meant, such as `sep="`, the line is skipped and the delimiter detected. A backslash is
 * refused even where no escape is given: files escape quotes by it, and a delimiter that does both would be guessed. */
function isUsableSeparator(delimiter: string, { quote, escape = "\\" }: DialectOverrides): boolean {
  return /^[\t\x20-\x7e]$/.test(delimiter) && findMarkConflict({ delimiter, quote, escape }) === undefined;
}

/** LF and CRLF both end a record under `lf` and `crlf`: the more frequent names the file. Lone CRs count only where they
 * are too many to be text; `cr` = there is no other, `mixed` = there is. */
function detectLineEnding(sample: Buffer, quote: string): Dialect["line_ending"] {
  const quoteByte = quote === "" ? -1 : quote.charCodeAt(0);
  let quoted = false;
  let lf = 0;
  let crlf = 0;
  let cr = 0;
  for (let pos = 0; pos < sample.length; pos++) {
    const byte = sample[pos];
    if (byte === quoteByte) quoted = !quoted;
    else if (byte === LF) lf++;
    else if (byte === CR && sample[pos + 1] === LF) {
      crlf++;
      pos++;
    } else if (byte === CR && !quoted && pos + 1 < sample.length) cr++;
  }
  if (cr > 0 && lf + crlf === 0) return "cr";
  if (cr > (lf + crlf) / 10) return "mixed";
  return crlf >= lf && crlf > 0 ? "crlf" : "lf";
}

/** The bytes behind the first `count` lines. */
function skipLines(bytes: Buffer, count: number, lineEnding: Dialect["line_ending"]): Buffer {
  const crEnds = lineEnding === "cr" || lineEnding === "mixed";
  let pos = 0;
  for (let line = 0; line < count && pos < bytes.length; pos++) {
    if (bytes[pos] === LF || (bytes[pos] === CR && crEnds && bytes[pos + 1] !== LF)) line++;
  }
  return bytes.subarray(pos);
}

interface Fit extends Score {
  dialect: Dialect;
}

/** The first of the best. */
function best(dialects: readonly Dialect[], table: Buffer, isEnd: boolean): Fit {
  const records = createRecords();
  let found: Fit | undefined;
  for (const dialect of dialects) {
    const result = scoreDialect(dialect, table, isEnd, records);
    const score = result.score * (result.width < 2 ? Math.min(1, trust(dialect)) : trust(dialect));
    if (found === undefined || score > found.score) found = { ...result, score, dialect };
  }
  if (found === undefined) throw new RangeError("best: no dialects");
  return found;
}

/** Only those whose marks the sample has at all; a comma is what is left when there is none, or a semicolon where commas are
 * said to quote. */
function candidates(
  said: DialectOverrides,
  encoding: Dialect["encoding"],
  lineEnding: Dialect["line_ending"],
  table: Buffer,
): Dialect[] {
  const last = said.quote === "," || said.escape === "," ? ";" : ",";
  const isUsable = (delimiter: string): boolean => findMarkConflict({ ...said, delimiter }) === undefined;
  const delimiters =
    said.delimiter === undefined
      ? [...DELIMITERS.keys(), ...SPACED].filter(
          (delimiter) => isUsable(delimiter) && (delimiter === last || table.includes(delimiter)),
        )
      : [said.delimiter];
  return delimiters.flatMap((delimiter) => {
    const apostrophes = !delimiter.includes("'") && table.includes(`${delimiter}'`);
    const quotes = said.quote === undefined ? [USUAL_QUOTE, ...(apostrophes ? ["'"] : [])] : [said.quote];
    return quotes.map((quote) => ({
      format: "text",
      encoding,
      delimiter,
      quote,
      escape: said.escape ?? quote,
      line_ending: lineEnding,
      header: true,
      preamble: 0,
      formula_escape: said.formula_escape ?? quote !== "'",
    }));
  });
}

/** With a doubled quote and with a backslash, which seldom changes which delimiter fits. */
function escapes(dialect: Dialect, table: Buffer): Dialect[] {
  if (dialect.quote === "") return [dialect];
  const escape = dialect.quote === "'" && hasDoubledOnly(table) ? USUAL_QUOTE : "\\";
  if (findMarkConflict({ ...dialect, escape }) !== undefined) return [dialect];
  const other = { ...dialect, escape };
  return escape === USUAL_QUOTE ? [other] : [dialect, other];
}

/** Whether every `"` stands twice: then it is escaped like a quote although the apostrophe is the one that quotes. */
function hasDoubledOnly(table: Buffer): boolean {
  let found = false;
  for (let pos = table.indexOf(DOUBLE_QUOTE); pos !== -1; pos = table.indexOf(DOUBLE_QUOTE, pos + 2)) {
    if (table[pos + 1] !== DOUBLE_QUOTE) return false;
    found = true;
  }
  return found;
}

/** What is usual wins where the records agree as well either way: a comma, a double quote, escaped by doubling. */
function trust(dialect: Dialect): number {
  const delimiter = DELIMITERS.get(dialect.delimiter) ?? (SPACED.includes(dialect.delimiter) ? 1.001 : 1);
  return delimiter * (dialect.quote === "'" ? 0.999 : 1) * (dialect.escape === "\\" ? 0.9999 : 1);
}
