// Collects accepted SKUs that the user should check: dates into which a spreadsheet has converted codes such as 1-3, words for a total, and
// SKUs that look like other SKUs.
import { isAscii } from "node:buffer";
import { cutText } from "../../../../../contract/faults.ts";
import type { Records } from "../../../read/records.ts";
import { isConfusing, latinForm } from "./look-alikes.ts";
import { MONTHS, TOTALS } from "../../../damaged/spreadsheet-words.ts";

export type UnusualKind = "date_skus" | "total_rows" | "look_alikes";

export interface UnusualKeys {
  kind: UnusualKind;
  count: number;
  /** The first unusual SKUs of this kind, with their lines. */
  examples: { text: string; line: number }[];
}

export interface KeyWatch {
  /** Adds SKUs of a window. @param candidates indexes of the records whose SKUs may be unusual (`mayBeUnusual`) */
  add(records: Records, candidates: readonly number[]): void;
  /** Returns the unusual SKUs that were found. @param hasKey whether the file contains a SKU with this key */
  found(hasKey: (key: string) => boolean): UnusualKeys[];
}

const KEPT_EXAMPLES = 3;
/** Maximum number of SKUs in letters of another script that are compared with the SKUs in Latin letters. */
const MAX_COMPARED = 1000;
/** Minimum and maximum number of bytes of a date, and maximum number of bytes of an inspected SKU. */
const MIN_DATE_BYTES = 5;
const MAX_DATE_BYTES = 19;
const MAX_INSPECTED_BYTES = 320;

/** The lengths of the abbreviated month names, in bytes. */
const MONTH_LENGTHS: ReadonlySet<number> = new Set(MONTHS.split(" ").map((month) => Buffer.byteLength(month)));
/** Returns three bytes as one number, with the letters in lower case. */
const startOf = (first: number, second: number, third: number): number =>
  ((first | 0x20) << 16) | ((second | 0x20) << 8) | (third | 0x20);
/** The first three letters of the month names that begin with three ASCII letters. */
const MONTH_STARTS: ReadonlySet<number> = new Set(
  MONTHS.split(" ").map((month) => startOf(month.charCodeAt(0), month.charCodeAt(1), month.charCodeAt(2))),
);
const MONTH = `(?:${MONTHS.split(" ").join("|")})`;
/** A spreadsheet converts `MAR-1999` to a date, but not `MAR-1028`. */
const YEAR = String.raw`(?:\d{2}|(?:19|20)\d{2})`;
const DATE = new RegExp(
  `^(?:\\d{1,2}[-. /]${MONTH}\\.?(?:[-. /]${YEAR})?|${MONTH}\\.?[-. /]${YEAR}|\\d{4}-\\d\\d-\\d\\d(?: \\d\\d:\\d\\d:\\d\\d)?|\\d{1,2}[./]\\d{1,2}[./]\\d{4})$`,
  "iu",
);
const DASH = 0x2d;
const POINT = 0x2e;
const BLANK = 0x20;
const SLASH = 0x2f;
const FIRST_LETTER = 0x41;
const FIRST_BEYOND_ASCII = 0x80;
/** The first byte of the letters from À to ÿ, which do not look like letters of other scripts. */
const FIRST_OF_LATIN_1 = 0xc3;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;

/** Returns two bytes as one number, with the letters in lower case. */
const endsOf = (first: number, last: number): number => ((first | 0x20) << 8) | (last | 0x20);
/** The first and the last letter of the words for a total that are ASCII. */
const TOTAL_ENDS: ReadonlySet<number> = new Set(
  Array.from(TOTALS, (word) => endsOf(word.charCodeAt(0), word.charCodeAt(word.length - 1))),
);

/** @param sku index of the SKU column; if it is negative, no SKUs are inspected */
export function watchKeys(sku: number): KeyWatch {
  const found = new Map<UnusualKind, UnusualKeys>();
  const compared: { latin: string; text: string; line: number }[] = [];
  const note = (kind: UnusualKind, text: string, line: number): void => {
    const keys = found.get(kind) ?? { kind, count: 0, examples: [] };
    found.set(kind, keys);
    keys.count++;
    if (keys.examples.length < KEPT_EXAMPLES) keys.examples.push({ text: cutText(text, 60), line });
  };
  const inspect = (text: string, line: number, isPlain: boolean): void => {
    if (DATE.test(text)) note("date_skus", text, line);
    else if (TOTALS.has(text.toLowerCase().replace(/[\s:]+/g, ""))) note("total_rows", text, line);
    else if (isPlain) return;
    else if (isConfusing(text)) note("look_alikes", text, line);
    else if (compared.length < MAX_COMPARED) {
      const latin = latinForm(text);
      if (latin !== undefined) compared.push({ latin, text, line });
    }
  };
  return {
    add({ bytes, line, first_field, field_start, field_end }, candidates) {
      for (const r of candidates) {
        const field = (first_field[r] as number) + sku;
        const start = field_start[field] as number;
        const end = field_end[field] as number;
        if (end - start > MAX_INSPECTED_BYTES) continue;
        const isPlain = isAscii(bytes.subarray(start, end));
        inspect(bytes.toString("utf8", start, end).trim(), line[r] as number, isPlain);
      }
    },
    found(hasKey) {
      for (const { latin, text, line } of compared) if (hasKey(latin)) note("look_alikes", text, line);
      compared.length = 0;
      return [...found.values()];
    },
  };
}

/**
 * Whether the SKU in `bytes[from, to)` may be unusual: a word for a total, a date, or a SKU with a character that is neither ASCII nor from À
 * to ÿ. This excludes nearly every SKU without creating a string. For a few bytes, a loop takes a fraction of the time of a native call.
 * @param isPlain whether the bytes are known to be ASCII
 */
export function mayBeUnusual(bytes: Buffer, from: number, to: number, isPlain: boolean): boolean {
  // Without a digit, only a word for a total is unusual. Most SKUs end with a digit, or begin or end differently from such a word, so the
  // loop is not needed.
  if (isPlain && !hasEndsOfTotal(bytes[from] as number, bytes[to - 1] as number)) return mayBeDate(bytes, from, to);
  let hasDigit = false;
  for (let pos = from; pos < to; pos++) {
    const byte = bytes[pos] as number;
    if (byte === FIRST_OF_LATIN_1) pos++;
    else if (byte >= FIRST_BEYOND_ASCII) return true;
    if (byte > NINE || byte < ZERO) continue;
    hasDigit = true;
    if (isPlain) break;
  }
  return !hasDigit || mayBeDate(bytes, from, to);
}

/** Whether a SKU with this first and this last byte may be a word for a total. The word may have blanks around it or a colon after it. */
const hasEndsOfTotal = (first: number, last: number): boolean =>
  !isDigit(last) && (first <= BLANK || last <= BLANK || last === COLON || TOTAL_ENDS.has(endsOf(first, last)));

/** Whether `bytes[from, to)` has separators at the positions where a text that matches DATE has them. This excludes nearly every SKU
 * without creating a string. */
function mayBeDate(bytes: Buffer, from: number, to: number): boolean {
  const length = to - from;
  if (length < MIN_DATE_BYTES || length > MAX_DATE_BYTES) return false;
  const first = bytes[from] as number;
  if (first >= FIRST_LETTER) {
    const at = length - (isSeparator(bytes[to - 3]) ? 3 : 5);
    if (!isSeparator(bytes[from + at]) || !isDigit(bytes[to - 1])) return false;
    return MONTH_LENGTHS.has(bytes[from + at - 1] === POINT ? at - 1 : at) && mayBeMonth(bytes, from);
  }
  if (!isDigit(first)) return false;
  if (bytes[from + 4] === DASH && bytes[from + 7] === DASH) return true;
  const at = isSeparator(bytes[from + 1]) ? 1 : 2;
  if (!isSeparator(bytes[from + at])) return false;
  const next = from + at + 1;
  return !isDigit(bytes[next]) || isSeparator(bytes[next + 1]) || isSeparator(bytes[next + 2]);
}

/** Whether a month may start at `bytes[from]`. Only its first three letters are compared, without case. */
function mayBeMonth(bytes: Buffer, from: number): boolean {
  const [first, second, third] = [bytes[from] as number, bytes[from + 1] as number, bytes[from + 2] as number];
  if (first >= FIRST_BEYOND_ASCII || second >= FIRST_BEYOND_ASCII || third >= FIRST_BEYOND_ASCII) return true;
  return MONTH_STARTS.has(startOf(first, second, third));
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;
const isSeparator = (byte: number | undefined): boolean =>
  byte === DASH || byte === POINT || byte === SLASH || byte === BLANK;
