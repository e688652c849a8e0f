// Detects a file's dialect from its head. The same sample is split with each likely dialect. The dialect whose records agree best
// in their number of fields wins (score-dialect.ts). Properties that the sender has given are not detected.
//
// The result depends on the bytes alone. The work is bounded by the size of the sample and the number of dialects, because the
// splitter is linear.
import { findMarkConflict, DEFAULT_QUOTE } from "../../../../contract/imports/dialect-rules.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { detectEncoding, type DetectedEncoding } from "./detect-encoding.ts";
import { areTitles, detectHeader, detectPreamble } from "./detect-header.ts";
import { isPadded } from "./detect-padding.ts";
import { CR, LF } from "../field-end.ts";
import { firstRows, scoreDialect } from "./score-dialect.ts";
import { createRecords } from "../records.ts";
import { splitRecords } from "../split-records.ts";
import { createSplitter } from "../splitter.ts";
import { detectRewriting } from "../rewrite/detect-rewriting.ts";
import { transcodeHead } from "../text/transcode.ts";

/**
 * Size of the sample: enough rows that a broken row does not change the result. The sample is split with up to 31 dialects, at 2 ms per
 * megabyte.
 */
const SAMPLE_BYTES = 131_072;

const DOUBLE_QUOTE = 34;
/** Number of rows at the start of the sample that are checked for a header and for a preamble above it. */
const INSPECTED_ROWS = 40;

/**
 * Delimiters and their weights. If two delimiters fit equally well, the comma loses, because prices and texts contain commas. `||` must
 * beat the `|` that it consists of. Colons and blanks have low weights, because times and dates contain the same number of them in each
 * row.
 */
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
/**
 * Delimiters that include a blank. If the delimiter of `a, "b"` were the comma alone, the quote would not be the first byte of its field.
 */
const SPACED = [", ", "; ", "| ", " | "];

/**
 * @param head the first bytes of the file in its own encoding; a quarter of a megabyte is enough
 * @param whole whether `head` is the whole file
 * @param detected the encoding, if it was already detected from the whole file or a larger part of it
 * @throws Problem unsupported-file if typographic quotes enclose fields of the first lines, but not of most rows
 */
export function detectDialect(
  head: Buffer,
  whole: boolean,
  overrides: DialectOverrides,
  detected: DetectedEncoding = encodingOf(head, whole, overrides),
): Dialect {
  const { encoding } = detected;
  // Take twice the sample's size: in UTF-16, most characters have twice as many bytes as in the UTF-8 of the sample.
  const raw = head.subarray(0, SAMPLE_BYTES * 2);
  const text = transcodeHead(raw, encoding, whole && raw.length === head.length);
  const start = text.subarray(0, SAMPLE_BYTES);
  const isEnd = whole && raw.length === head.length && start.length === text.length;
  const rewriting = detectRewriting(start, isEnd, overrides);
  if (rewriting === undefined)
    return { ...detectInText(start, isEnd, overrides, encoding), ...alternativesOf(detected) };
  const { rewritten, ...known } = rewriting.known;
  const dialect = detectInText(rewriting.text, isEnd, { ...overrides, ...known }, encoding);
  return { ...dialect, ...alternativesOf(detected), rewritten };
}

const alternativesOf = ({ alternatives }: DetectedEncoding): Pick<Dialect, "encoding_alternatives"> =>
  alternatives === undefined ? {} : { encoding_alternatives: alternatives };

/** Detects the dialect of text whose quotes need not be rewritten, or were rewritten. */
function detectInText(
  sample: Buffer,
  isEnd: boolean,
  overrides: DialectOverrides,
  encoding: Dialect["encoding"],
): Dialect {
  const declared = overrides.delimiter === undefined ? declaredSeparator(sample) : null;
  const lineEnding = detectLineEnding(sample, overrides.quote ?? DEFAULT_QUOTE);
  const skipped = overrides.preamble ?? (declared === null ? 0 : 1);
  const table = skipLines(sample, skipped, lineEnding);
  const given: DialectOverrides =
    declared !== null && isUsableSeparator(declared, overrides) ? { ...overrides, delimiter: declared } : overrides;

  // Choose the escape after the delimiter and the quote: it rarely changes which delimiter fits, and trying both together would double the
  // number of dialects.
  const fitting = best(candidates(given, encoding, lineEnding, table), table, isEnd);
  const dialect = overrides.escape === undefined ? best(withEscapes(fitting, table), table, isEnd) : fitting;
  const records = createRecords();
  splitRecords(createSplitter(dialect, 1), { bytes: table, from: 0, to: table.length, at_end: true }, records);
  const rows = firstRows(dialect, records, INSPECTED_ROWS);
  const preamble = overrides.preamble ?? detectPreamble(rows);
  const below = rows.filter(({ line }) => line > preamble);
  const header = overrides.header ?? detectHeader(below);
  // Without a header, a title with several cells cannot be distinguished from a first record, so its line is not skipped.
  const linesAbove = overrides.preamble ?? skipped + (header || areTitles(rows, preamble) ? preamble : 0);
  return {
    ...dialect,
    ...(dialect.escape === "\\" && !doublesBackslashes(table) ? { escapes_itself: false } : {}),
    header,
    preamble: linesAbove,
    ...(isPadded(below, header) ? { padded: true } : {}),
  };
}

const encodingOf = (head: Buffer, whole: boolean, { encoding }: DialectOverrides): DetectedEncoding =>
  encoding === undefined ? detectEncoding(head, whole) : { encoding };

/** Returns the delimiter that the first line declares in Excel's own form, as in `sep=;`. */
function declaredSeparator(sample: Buffer): string | null {
  const first = sample.toString("latin1", 0, 8);
  const match = /^sep=([^\r\n])\r?\n/i.exec(first);
  return match?.[1] ?? null;
}

/**
 * Whether the declared delimiter can be used. A declaration such as `sep="` is not usable: its line is skipped, and the delimiter is
 * detected. A backslash is never usable as the delimiter, because detection may find that backslashes escape quotes.
 */
function isUsableSeparator(delimiter: string, { quote, escape = "\\" }: DialectOverrides): boolean {
  return /^[\t\x20-\x7e]$/.test(delimiter) && findMarkConflict({ delimiter, quote, escape }) === undefined;
}

/**
 * Returns `cr` if all line ends are lone CRs, and `mixed` if there are more than a tenth as many lone CRs as other line ends. If there are
 * fewer lone CRs, they are treated as text. If neither applies, returns `lf` or `crlf`, whichever is more frequent; with either value, both
 * LF and CRLF end a record.
 */
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

/** Returns the bytes after the first `count` lines. */
function skipLines(bytes: Buffer, count: number, lineEnding: Dialect["line_ending"]): Buffer {
  const crEnds = lineEnding === "cr" || lineEnding === "mixed";
  let pos = 0;
  for (let line = 0; line < count && pos < bytes.length; pos++) {
    if (bytes[pos] === LF || (bytes[pos] === CR && crEnds && bytes[pos + 1] !== LF)) line++;
  }
  return bytes.subarray(pos);
}

/** Returns the dialect with the highest weighted score, or the first one of several with that score. */
function best(dialects: readonly Dialect[], table: Buffer, isEnd: boolean): Dialect {
  const records = createRecords();
  let found: { dialect: Dialect; score: number } | undefined;
  for (const dialect of dialects) {
    const { score: unweighted, width } = scoreDialect(dialect, table, isEnd, records);
    const score = unweighted * (width < 2 ? Math.min(1, weight(dialect)) : weight(dialect));
    if (found === undefined || score > found.score) found = { dialect, score };
  }
  if (found === undefined) throw new RangeError("best: no dialects");
  return found.dialect;
}

/** Lists the dialects whose delimiter occurs in the sample, with each possible quote. The fallback delimiter is always included: a comma,
 * or a semicolon if the sender has given the comma as quote or escape. */
function candidates(
  given: DialectOverrides,
  encoding: Dialect["encoding"],
  lineEnding: Dialect["line_ending"],
  table: Buffer,
): Dialect[] {
  const fallback = given.quote === "," || given.escape === "," ? ";" : ",";
  const isUsable = (delimiter: string): boolean => findMarkConflict({ ...given, delimiter }) === undefined;
  const delimiters =
    given.delimiter === undefined
      ? [...DELIMITERS.keys(), ...SPACED].filter(
          (delimiter) => isUsable(delimiter) && (delimiter === fallback || table.includes(delimiter)),
        )
      : [given.delimiter];
  return delimiters.flatMap((delimiter) => {
    const apostrophes = !delimiter.includes("'") && table.includes(`${delimiter}'`);
    const quotes = given.quote === undefined ? [DEFAULT_QUOTE, ...(apostrophes ? ["'"] : [])] : [given.quote];
    return quotes.map((quote) => ({
      format: "text",
      encoding,
      delimiter,
      quote,
      escape: given.escape ?? quote,
      line_ending: lineEnding,
      header: true,
      preamble: 0,
      formula_escape: given.formula_escape ?? quote !== "'",
    }));
  });
}

/** Returns a copy of the dialect for each escape that is possible in the sample. */
function withEscapes(dialect: Dialect, table: Buffer): Dialect[] {
  if (dialect.quote === "") return [dialect];
  const escape = dialect.quote === "'" && hasDoubledOnly(table) ? DEFAULT_QUOTE : "\\";
  if (findMarkConflict({ ...dialect, escape }) !== undefined) return [dialect];
  const escaped = { ...dialect, escape };
  return escape === DEFAULT_QUOTE ? [escaped] : [dialect, escaped];
}

/**
 * Whether every `"` is doubled. If so, the program that wrote the file escaped double quotes although it quotes fields with apostrophes.
 */
function hasDoubledOnly(table: Buffer): boolean {
  let found = false;
  for (let pos = table.indexOf(DOUBLE_QUOTE); pos !== -1; pos = table.indexOf(DOUBLE_QUOTE, pos + 2)) {
    if (table[pos + 1] !== DOUBLE_QUOTE) return false;
    found = true;
  }
  return found;
}

const BACKSLASH = 92;
/** The characters that can follow a backslash in an escape sequence, such as the `n` of `\\n`. */
const ESCAPE_LETTERS = new Set(Buffer.from("nrtbfv0ZN/'\"\r\n"));

/**
 * Whether the file escapes a backslash by doubling it. Returns false if two conditions are met: a single backslash is followed by a letter
 * that is not an escape, and doubled backslashes occur only at the start of quoted fields, as in a network path.
 */
function doublesBackslashes(table: Buffer): boolean {
  let isSingle = false;
  for (let pos = table.indexOf(BACKSLASH); pos !== -1; pos = table.indexOf(BACKSLASH, pos + 1)) {
    const next = table[pos + 1];
    if (next === BACKSLASH) {
      if (table[pos - 1] !== DOUBLE_QUOTE) return true;
      pos++;
    } else if (next !== undefined && !ESCAPE_LETTERS.has(next)) isSingle = true;
  }
  return !isSingle;
}

/** Returns a factor for the dialect's score. If several dialects fit equally well, the factor makes the most common one win. */
function weight(dialect: Dialect): number {
  const delimiter = DELIMITERS.get(dialect.delimiter) ?? (SPACED.includes(dialect.delimiter) ? 1.001 : 1);
  return delimiter * (dialect.quote === "'" ? 0.999 : 1) * (dialect.escape === "\\" ? 0.9999 : 1);
}
